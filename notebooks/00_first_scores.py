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
# # First scores
#
# **The question.** Somebody hands you the file a survey platform wrote. What do the answers say, and how far can you trust it?
#
# After this notebook you can
#
# 1. look at an export before you score it, and say who is in it and who is not;
# 2. turn answers into scores, and explain what *keyed*, *prorated* and *withheld* mean;
# 3. say how consistent a scale is, with an interval, and what that does not prove;
# 4. read one person's score without a norm.
#
# The people here never were: the example is **simulated**. It is messy on purpose, as real exports are.

# %%
import matplotlib.pyplot as plt
import numpy as np

import intimacy_scales as ims
from intimacy_scales.cli.demo import ID_COLUMN, example_export

# %% [markdown]
# ## 1. A questionnaire is a file
#
# In this toolkit a questionnaire is a **bank**: a YAML file that says everything about it: items, answers, which items are
# reversed, how a score is made, what is published, and how sure all of that is.

# %%
bank = ims.load_bank("pair_style")
print(bank)
print()
print("rights:", bank.rights.status, "-", bank.rights.licence)
print("check :", bank.certainty.check)

# %% [markdown]
# `pair_style` was written by this project, so its wording may be shown. The wording of the Emotional Intimacy Scale (`eis`) and of
# PAIR (`pair`) belongs to others: there you see a *gloss*, a few words of ours on what the item is about.

# %%
for item in bank.items[:7]:
    print(f"{item.number:2d} {'(reversed)' if item.reverse else '':10s} {bank.text(item)}")

# %% [markdown]
# **Predict.** Item 7 is *reversed*: agreeing with it speaks *against* closeness. Answers run from 0 to 4. Someone ticks 4.
# What should the item count for? Decide before you run the next cell.

# %%
low, high = bank.ends(bank.item(7))
ticked = 4
print("keyed answer:", low + high - ticked)

# %% [markdown]
# The rule is `lo + hi - x`, with the ends that the item *declares*. Some programs use the lowest and highest answer that
# happens to occur in the sample. If nobody ticked the top answer, their scores shift, and nothing warns you.
#
# ## 2. Look before you score
#
# `inspect_export` reads the file as it was downloaded and tells what it recognised. Nothing is scored yet.

# %%
seen = ims.inspect_export(example_export(), ["eis", "pair_style", "tdis"], id_column=ID_COLUMN)
print("rows read:", seen.source_table.rows_read, "- kept:", len(seen.source_table))
for why, count in seen.why_set_aside.items():
    print(f"  {count} set aside: {why}")
for note in seen.notes:
    print("note:", note)
for check in seen.keying[:3]:
    print("keying:", check)

# %% [markdown]
# Previews are not people, and an unfinished row is not an answer to everything. They are set aside **and counted**: a
# reader of your study can see where they went. An id that stands in two rows is told, not "mended".
#
# ## 3. Scores

# %%
responses = ims.read_export(example_export(), ["eis", "pair_style"], id_column=ID_COLUMN)
scores = ims.score(responses, [ims.load_bank("eis"), bank])
print(scores)

# %% [markdown]
# Every line says its possible range and how many could not be scored. Why could somebody not be scored?

# %%
area = scores["pair_style_now_emotional"]
unscored = np.flatnonzero(np.isnan(area.values))
for row in unscored:
    print(responses.ids[row], "-", area.why_withheld(int(row)))

# %% [markdown]
# A score from one or two answers would be a guess about the rest, so it is **withheld**. With only one answer of six
# missing, the score is **prorated**: the mean of the answered items stands for the missing one. That is a choice, and the bank says
# whose choice it was:

# %%
print(
    bank.scale("emotional").min_answered,
    "of",
    len(bank.scale("emotional").items),
    "-",
    bank.scale("emotional").min_answered_source,
)

# %% [markdown]
# A picture of two areas, *now* and *as I would like it*:


# %%
def distribution(axis, column, title):
    """Draw how the scores of one column are spread over the whole possible range."""
    part = scores[column]
    axis.hist(part.values[~np.isnan(part.values)], bins=np.linspace(*part.possible, 13), color="#1f5fa8")
    axis.set(title=title, xlabel="score (0 to 96 points)", ylabel="persons", xlim=part.possible)


figure, axes = plt.subplots(1, 2, figsize=(9, 3), sharey=True, layout="constrained")
distribution(axes[0], "pair_style_now_emotional", "Emotional intimacy, now")
distribution(axes[1], "pair_style_expected_emotional", "Emotional intimacy, as wished")
plt.show()
print("In the picture: two histograms; wished scores lie higher and closer together than scores for now.")

# %% [markdown]
# ## 4. How consistent is a scale?
#
# **Predict.** The EIS has 5 items, each area of the inventory 6. Which will have the higher alpha, and why might length not be
# the whole story?

# %%
found = ims.reliability(responses, [ims.load_bank("eis"), bank])
print(found)
assert (found["eis.total"].n_items, found["pair_style.now.social"].n_items) == (5, 6)  # as said above

# %% [markdown]
# Alpha is a number with an error of its own: read the interval first. It rises with the number of items *and* with how strongly they go
# together (`mean r`). It does not prove that a scale measures one thing, and it does not prove that it measures closeness.

# %%
print(found["eis.total"].apa())

# %% [markdown]
# ## 5. One person, without a norm
#
# No norm of the EIS was found that could be shipped, and none is invented. A score can still be read in the words of its own
# answers.

# %%
answers = {"eis_1": 2, "eis_2": 1, "eis_3": 2, "eis_4": 3, "eis_5": 2}
one = ims.score(answers, ims.load_bank("eis"))
print(one)
print()
print(ims.suggest_tips(one))
assert ims.suggest_tips(one).suggestions  # there is a tip, with its study and its limits

# %% [markdown]
# ## Exercises
#
# 1. A friend reversed the reversed items in the spreadsheet before giving you the file. What would `inspect_export` say? Make such a file
#    from the example and see.
# 2. Score the example with `min_answered=1`. Who gets a score now that had none? Would you defend that score in front of the person?
#
# <details><summary>Answer to 1</summary>
#
# The keying check flips the reversed items back and sees alpha rise while most of them run against their scale: it says
# *already reversed* and names the option `already_reversed=True`. It never flips anything by itself.
#
# </details>
#
# <details><summary>Answer to 2</summary>
#
# `ims.score(responses, bank, min_answered=1)` scores everybody who answered at least one item of a scale. A score from one answer is that
# answer, blown up: its error is that of a single item. Nobody should be told it as "your emotional intimacy".
#
# </details>
#
# ## What this cannot tell you
#
# - Whether a score is *high* or *low* compared with other people: that needs a norm that fits (notebook 04).
# - Whether the answers are true. People idealise what they love.
# - Why a score is what it is. A score is no diagnosis, and a difference is no cause.
#
# ## References
#
# - Sinclair, V. G., & Dowdy, S. W. (2005). Development and validation of the Emotional Intimacy Scale. *Journal of Nursing
#   Measurement, 13*(3), 193-206.
# - Schaefer, M. T., & Olson, D. H. (1981). Assessing intimacy: The PAIR inventory. *Journal of Marital and Family Therapy, 7*(1), 47-60.
# - Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. *Psychometrika, 16*(3), 297-334.
#   https://doi.org/10.1007/BF02310555
