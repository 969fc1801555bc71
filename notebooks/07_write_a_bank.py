# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Write a bank
#
# **The question.** I want to ask couples how often they laugh together. Nobody has a questionnaire for that. How do I
# write one, so that a computer can score it and a colleague can check it, and how do I find out *before* I ask anyone
# whether it can work?
#
# After this notebook you can
#
# 1. write a questionnaire as a bank: items, answers, keys, scales, rules, rights, in one file;
# 2. read faults by their line, and mend them all in one go;
# 3. check by worked cases that the engine scores what you meant;
# 4. simulate answers, find a bad item and a wrong key, plan a sample size, and write the report in advance.
#
# The items are ours, written for this page and **not validated**. The answers are **simulated**.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import intimacy_scales as ims
from intimacy_scales.bank import check_file, fingerprint
from intimacy_scales.scoring.cases import failing_cases

BLUE, ORANGE, GREY = "#1f5fa8", "#d97706", "#8a8a8a"
folder = Path(tempfile.mkdtemp())
file = folder / "laughter.yaml"

# %% [markdown]
# ## 1. First draft
#
# A bank is a YAML file. Here it is written from Python, so that the notebook can go on; you would use a text editor.
# (With the schema that ships beside the banks, `bank.schema.json`, an editor completes the keys and underlines
# faults.)
#
# **Predict.** There are eight faults in this draft. How many do you find?

# %%
draft = """format: 1
id: laughter
version: 1.0
name: Shared laughter
measures: How often two people who are close laugh together.

rights: {status: original, holder: A student of this course, licence: CC0-1.0}
source: ["Written for a course (2026). Unpublished."]
languages: [en]

options:
  often:
    - {code: 0, label: never}
    - {code: 1, label: sometimes}
    - {code: 2, label: often}
    - {code: 3, label: very often}

items:
  - {number: 1, gloss: We laugh about the same things, options: often}
  - {number: 2, gloss: I make my partner laugh, options: oftn}
  - {number: 3, gloss: We are too tired to joke, options: often, reverse: maybe}
  - {number: 4, gloss: My partner cheers me up, options: often}
  - {number: 4, gloss: We tease each other kindly, options: often}
  - {number: 6, gloss: Laughter between us hurts, options: often, reversed: true}

scales:
  - id: total
    name: Shared laughter
    items: [1, 2, 3, 4, 5, 6]
    combine: sum
    min_answered: 7
    min_answered_source: "ours: 80 % of the items, rounded up"
    missing: prorate
    range: [0, 18]
    higher_means: more shared laughter

certainty: {map: confirmed, keys: confirmed, options: confirmed, gloss: confirmed, check: "Nothing: our own wording"}
cases:
  - name: every item answered in the keyed direction
    source: constructed for this bank
    answers: {"-": [3, 3, 0, 3, 3, 0]}
    scores: {total: 18}
"""
file.write_text(draft, encoding="utf-8")
for problem in check_file(file):
    print(str(problem).removeprefix(str(folder) + "/"))

# %% [markdown]
# All at once, each with its line: `intimacy-scales check laughter.yaml` prints the same. The strictness has reasons. A
# YAML reader that takes `reverse: maybe` for *true*, or does not mind `reversed` instead of `reverse`, scores
# everybody wrongly and says nothing.
#
# ## 2. Mended

# %%
mends = {
    "version: 1.0": 'version: "1.0.0"',
    "options: oftn": "options: often",
    "reverse: maybe": "reverse: true",
    "{number: 4, gloss: We tease": "{number: 5, gloss: We tease",
    "reversed: true": "reverse: true",
    "min_answered: 7": "min_answered: 5",
}
text = draft
for wrong, right in mends.items():
    text = text.replace(wrong, right)
file.write_text(text, encoding="utf-8")
print("faults:", len(check_file(file)))

bank = ims.load_bank(file)
print(bank)
print("fingerprint:", fingerprint(bank))

# %% [markdown]
# The fingerprint changes with anything that can change a number, and with nothing else. It stands in every result: two
# years on, you can tell whether two scores were made by the same rules.
#
# ## 3. Worked cases
#
# A **case** is an answer sheet with the score *you* worked out by hand. **Predict**: somebody gives the six answers 1,
# 2, 2, 1, 2, 1; items 3 and 6 are reversed, answers go from 0 to 3. Which score?

# %%
by_hand = 1 + 2 + (3 - 2) + 1 + 2 + (3 - 1)
print("by hand:", by_hand, "  by the engine:", ims.score([1, 2, 2, 1, 2, 1], bank)["laughter_total"].values[0])

more = """  - name: a middling couple, worked out by hand, item 6 forgotten to be turned
    source: constructed for this bank
    answers: {"-": [1, 2, 2, 1, 2, 1]}
    scores: {total: 8}
"""
slip = folder / "slip.yaml"
slip.write_text(text + more, encoding="utf-8")
for problem in failing_cases(ims.load_bank(slip)):
    print(problem)

# %% [markdown]
# Either the bank or your arithmetic is wrong; both are worth knowing. A bank without cases is not accepted.
#
# ## 4. Answers before there are any
#
# `simulate` draws answers from a model whose truth we choose. We choose a truth with two troubles: item 5 (teasing)
# has hardly to do with the others, and item 6 (laughter that hurts) runs *against* its key: perhaps people understand
# it otherwise than we meant.
#
# **Predict.** What will the item table say of the two?

# %%
made = ims.simulate(bank, 250, seed=9, loadings={1: 0.75, 2: 0.7, 3: 0.65, 4: 0.75, 5: 0.1, 6: -0.6})
print(made.notes[0], "\n")
table = ims.reliability(made.responses, bank, bootstrap=0)["laughter.total"]
print(table)
assert round(table.items[4].item_rest_r, 2) == -0.01  # item 5, in the text
print(f"\nalpha {table.alpha.value:.2f} [{table.alpha.interval.low:.2f}, {table.alpha.interval.high:.2f}]")

# %%
r = np.array([item.item_rest_r for item in table.items])
reach = 1.96 / np.sqrt(table.n - 3)
low, high = np.tanh(np.arctanh(r) - reach), np.tanh(np.arctanh(r) + reach)
figure, axis = plt.subplots(figsize=(7, 3.2), layout="constrained")
for place in range(len(bank)):
    wrong = high[place] < 0.25
    colour, marker = (ORANGE, "s") if wrong else (BLUE, "o")
    axis.plot([low[place], high[place]], [place, place], color=colour, linewidth=2)
    axis.plot(r[place], place, color=colour, marker=marker)
axis.axvline(0, color="black", linewidth=1)
axis.set(
    title="How each item goes with the rest of the scale",
    xlabel="item-rest correlation, with 95 % interval",
    xlim=(-0.7, 0.8),
)
axis.set(yticks=range(6), yticklabels=[f"{i.number} {i.gloss}{' (reversed)' if i.reverse else ''}" for i in bank.items])
axis.invert_yaxis()
plt.show()
print("In the picture: six intervals; items 1 to 4 lie between .3 and .6, item 5 about zero, item 6 far below zero.")

# %% [markdown]
# Item 6 lies wholly under zero: **look at the key first**, then at the wording. The note on item 5 is to be read with
# the figure: -.01 is as good as zero, so it does not run against the scale, it stands apart from it: the scale is
# better without it, or it measures something of its own. What must not be done is to turn item 6 round *because the
# figures look better then*: the key says what you meant. If people understood something else, the item goes.
#
# ## 5. The mended scale, and how many people to ask

# %%
shorter = text.replace("  - {number: 6, gloss: Laughter between us hurts, options: often, reverse: true}\n", "")
shorter = shorter.replace("We tease each other kindly", "We have jokes that only we understand")
shorter = shorter.replace("items: [1, 2, 3, 4, 5, 6]", "items: [1, 2, 3, 4, 5]").replace(
    "min_answered: 5", "min_answered: 4"
)
shorter = shorter.replace("range: [0, 18]", "range: [0, 15]").replace("[3, 3, 0, 3, 3, 0]", "[3, 3, 0, 3, 3]")
shorter = shorter.replace("total: 18", "total: 15").replace('"1.0.0"', '"2.0.0"')
second = folder / "laughter_2.yaml"
second.write_text(shorter, encoding="utf-8")
print("faults:", len(check_file(second)))
better = ims.load_bank(second)
print(better, "- another fingerprint:", fingerprint(better))

# %% [markdown]
# **Predict.** How many people must you ask until the 95 % interval of alpha is not wider than .10?

# %%
sizes = (30, 50, 100, 150, 200, 300, 500)
widths = []
for size in sizes:
    spans = []
    for study in range(10):
        people = ims.simulate(better, size, seed=1000 + study, loadings=0.7)
        interval = ims.reliability(people.responses, better, bootstrap=0)["laughter.total"].alpha.interval
        spans.append(interval.high - interval.low)
    widths.append(spans)
figure, axis = plt.subplots(figsize=(6.2, 3.6), layout="constrained")
for size, spans in zip(sizes, widths, strict=True):
    axis.plot([size] * len(spans), spans, ".", color=GREY)
axis.plot(sizes, [np.mean(spans) for spans in widths], color=BLUE, marker="o", label="mean of ten simulated studies")
axis.axhline(0.10, color=ORANGE, linestyle="--", label="wanted: .10")
axis.set(
    title="How sure will alpha be? (five items, quality .7)",
    xlabel="people asked",
    ylabel="width of the 95 % interval",
    ylim=(0, None),
)
axis.legend()
plt.show()
print("In the picture: a falling curve; about .28 wide with 30 people, .14 with 100, .10 with 200, .06 with 500.")

# %% [markdown]
# About two hundred on average, and three hundred to be on the safe side, if the items are as good as you hope. Change
# `loadings=0.7` to 0.5 and see what your hope is worth.
#
# ## 6. The report, written in advance
#
# If you know before you start which tables the report will have, you cannot choose afterwards the ones that please.

# %%
planned = ims.simulate(better, 300, seed=42, loadings=0.7, missing=0.02)
report = ims.report(planned.responses, title="Shared laughter: a rehearsal with simulated answers")
print(report)
saved = report.save(folder / "rehearsal.html")
print(f"\nwritten: {saved.name}, {saved.stat().st_size / 1000:.0f} kB, one file, no network")

# %% [markdown]
# To see it here, write `report` as the last line of a cell. To ask people, the bank becomes a page that they fill in
# offline:

# %%
page = ims.make_form(better)
saved = page.save(folder / "laughter.html")
print(
    f"{saved.name}: {saved.stat().st_size / 1000:.0f} kB; the file it saves is read by `intimacy-scales score` without a map"
)

# %%
# what the text and the answers to the exercises say, computed here so that it stays true
honest = ims.simulate(better, 300, seed=42, loadings=0.5)
print(
    f"with loadings of 0.5: alpha {ims.reliability(honest.responses, better, bootstrap=0)['laughter.total'].alpha.value:.2f}"
)
both = [ims.simulate(better, 300, seed=42, loadings=0.7, careless=how) for how in (None, {"straightline": 0.15})]
tables = [ims.reliability(made.responses, better, bootstrap=0)["laughter.total"] for made in both]
assert [round(t.alpha.value, 2) for t in tables] == [0.80, 0.74]
assert [round(t.items[2].item_rest_r, 2) for t in tables] == [0.54, -0.02]

# %% [markdown]
# ## Exercises
#
# 1. Add a second scale, *kindness of laughter*, with three items of your own. What does `check_file` want from you
#    besides the items?
# 2. Simulate 300 people of whom 15 % tick one option down the page (`careless={"straightline": 0.15}`). What happens
#    to alpha? Would you notice?
# 3. Give the bank to a friend with one fault hidden in it that `check` cannot find. What kind of fault is that?
#
# <details><summary>Answer to 1</summary>
#
# A name, the items, `combine`, a rule for missing answers with its source, the range (it is computed again, and must
# agree), what higher means, and that the cases give a score for it too. Nothing of this can be guessed later by
# somebody who finds your data.
#
# </details>
#
# <details><summary>Answer to 2</summary>
#
# Alpha falls a little, from .80 to .74: nobody would notice. The item table shows more: the one reversed item (3)
# falls from .54 to -.02, while all others rise, for the straight lines agree with each other on four items. A good
# item looks like a bad one because of other people's answers. `intimacy_scales.analysis.careless` flags them by their longest
# run of one answer; it never deletes anybody.
#
# </details>
#
# <details><summary>Answer to 3</summary>
#
# A wrong key on an item whose case was worked out with the same wrong key; a label that says another thing than its
# code; items that ask two things at once; items that do not ask what the scale is called. The computer checks that a
# file agrees with itself. Whether it agrees with the world, people and data must say.
#
# </details>
#
# ## What this cannot tell you
#
# - Whether people laugh. Simulated answers obey the model that made them: they show what you would *see* if you were
#   right, never that you are.
# - Whether the items are understood. Ask five people to think aloud before you ask three hundred to tick.
# - Whether the scale is worth having beside those that exist: for that it must predict something that they do not.
#
# ## References
#
# - Samejima, F. (1969). Estimation of latent ability using a response pattern of graded scores. *Psychometrika
#   Monograph Supplement, 17*. https://doi.org/10.1007/BF03372160
# - Clark, L. A., & Watson, D. (1995). Constructing validity: Basic issues in objective scale development.
#   *Psychological Assessment, 7*(3), 309-319. https://doi.org/10.1037/1040-3590.7.3.309
# - Feldt, L. S. (1965). The approximate sampling distribution of Kuder-Richardson reliability coefficient twenty.
#   *Psychometrika, 30*(3), 357-370. https://doi.org/10.1007/BF02289499
