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
# # Your own export
#
# **The question.** My survey is over. Which button do I press, what is in the file that comes down, and how do I get
# from there to scores without losing or inventing anybody?
#
# After this notebook you can
#
# 1. download the right file from your platform, and say why it is the right one;
# 2. read what `inspect` says: rows kept and set aside, columns and items, answer texts and codes;
# 3. settle by a *map* what the file itself leaves open, and keep that decision in a file that others can check;
# 4. name three mistakes that change every score and give no error message anywhere.
#
# Every answer in this notebook is **simulated**; nobody real is in it.

# %%
import csv
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import intimacy_scales as ims
from intimacy_scales.cli.demo import ID_COLUMN, example_export

BLUE, ORANGE, GREY = "#1f5fa8", "#d97706", "#8a8a8a"
folder = Path(tempfile.mkdtemp())  # whatever this notebook writes, it writes here

# %% [markdown]
# ## 1. Which button
#
# Menus move from one year to the next; look for these words. Two rules hold everywhere: **download it raw, and do not
# open and save it in a spreadsheet program first** (ids lose their zeros, dates and letters change).
#
# | platform | what to press | what we do with the file |
# | --- | --- | --- |
# | **Qualtrics** | *Data & Analysis › Export & Import › Export data*: CSV, all fields; *numeric values* or *choice text*, both are read. If numbers: also the survey file (*Survey › Tools › Import/Export › Export survey*, `.qsf`) | the three header rows (or the older two) give names and questions; previews, spam and unfinished rows are set aside and counted; `--survey FILE.qsf` says what every code means |
# | **REDCap** | *Data Exports, Reports, and Stats › Export data*: CSV, *raw data*. And the *data dictionary* (*Designer* or *Project setup*) | the record id stays text; a row per event or repeated form stays a row; `--survey dictionary.csv` gives codes and labels |
# | **LimeSurvey** | *Responses › Export*: CSV, *all responses*, headings *question code*, answers *answer codes*. And the structure (*Display/Export › Survey structure*, `.lss`) | rows without a submit date are unfinished; `A1, A2` become 1, 2; "N/A" (never shown) is told from a blank |
# | **SPSS, Stata, SAS** | nothing: take the `.sav`, `.dta`, `.sas7bdat` itself, no CSV made from it | codes, labels, question texts and every kind of declared missing value are kept |
# | **Google Forms** | *Responses › ⋮ › Download responses (.csv)* | questions are the column names: they are compared with the wording of the bank |
# | **Microsoft Forms** | *Responses › Open in Excel* | the same; e-mail and name are private and never written into a result unasked |
# | **SurveyMonkey** | *Analyze results › Save as › Export file › All responses data*: *expanded* columns, CSV or XLSX | the two header rows are put together; nobody can be told as unfinished, because the file does not say it |
# | **KoBoToolbox, ODK** | *Data › Downloads*: CSV or XLS, *XML values and headers*. And the form as XLSForm | `group/field` paths are understood; rejected submissions and those sent twice are set aside |
# | **formr** | the survey's *results › export*: CSV or XLSX | rows that never ended are unfinished; items whose names end in R are *not* reversed by the platform |
# | **jsPsych** | what your server collected: one CSV or JSON a person. Put them in one folder and name the **folder** | one row a person is made from the trials; answers that jsPsych counts from 0 are read by their labels where it wrote them |
# | **SoSci Survey** | *Collected data › Download data*: CSV (or SPSS) | -9 is "not answered"; interviews in debug or pretest mode are set aside |
# | **a spreadsheet** | *Save as › CSV (UTF-8)*, or the `.xlsx` itself | title rows above the names are found and said; blank rows are set aside; everything else is up to you |
#
# If the recognition is wrong: `--platform NAME`. In Python these are `platform="qualtrics"` and `survey="study.qsf"`.
#
# ## 2. A file of which much is known: the bundled example
#
# **Predict.** The example has the shape Qualtrics gives a file. 90 couples answered. How many rows would you expect to
# score: 180?

# %%
seen = ims.inspect_export(example_export(), ["eis", "pair_style"], id_column=ID_COLUMN)
print(
    "platform:",
    seen.source_table.source.platform,
    "-",
    seen.source_table.source.sure,
    "-",
    seen.source_table.source.saw,
)
print("rows read:", seen.source_table.rows_read)
assert seen.source_table.rows_read != 2 * 90 == 180  # as many as 90 couples are, and some that are nobody
for why, count in seen.why_set_aside.items():
    print(f"  {count} set aside: {why}")
print("kept:", len(seen.source_table))
for note in seen.notes:
    print("note:", note)

# %% [markdown]
# Two rows were the makers' own previews, three people gave up on the way: 182 read, 177 kept. Nothing vanished: each
# row that was set aside has its number and its reason in the result. **Which people are left is your decision to
# defend**, so it must be visible.

# %%
reasons = {"kept": len(seen.source_table), **{why.split(" (")[0]: count for why, count in seen.why_set_aside.items()}}
figure, axis = plt.subplots(figsize=(8, 1.9), layout="constrained")
left = 0
for (why, count), colour in zip(reasons.items(), (BLUE, ORANGE, GREY), strict=False):
    axis.barh([0], [count], left=left, color=colour, label=f"{why}: {count}")
    left += count
axis.set(title="Where the rows of the file went", xlabel="rows of the file", yticks=[], xlim=(0, left))
axis.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.5), frameon=False)
plt.show()
print("In the picture: one bar of 182 rows; 177 kept in blue, 2 previews and 3 unfinished at its right end.")

# %% [markdown]
# And the answers? They are words in this file. Each spelling that occurs is listed with the code it was read as.

# %%
for use in seen.codes[:9]:
    print(f"{use.text!r:20} -> {use.code:g} ({use.label}), {use.count} answers, read by: {use.how}")

# %% [markdown]
# `AGREE` and ` agree ` are the same answer. A program that compares texts letter by letter would have made them
# missing.
#
# ## 3. A file of which little is known
#
# Now the kind of file that lands in a student's mailbox: exported by hand from a spreadsheet, with a title above the
# names, semicolons, old Windows letters, columns called `Q3_1`, two people who typed the answers in their own way, and
# a 99. We make one.

# %%
LABELS = ["strongly disagree", "disagree", "neutral", "agree", "strongly agree"]
IN_THEIR_WORDS = {"disagree": "rather not", "neutral": "neither/nor", "agree": "Agree "}


def simulated_people(n, seed):
    """Return rows of id, five answers in words, and age: one simulated person each."""
    rng = np.random.default_rng(seed)
    people = []
    for number in range(1, n + 1):
        close = rng.standard_normal()
        felt = 0.5 + 0.8 * close + 0.6 * rng.standard_normal(5)
        ticked = [LABELS[int(np.searchsorted([-1.2, -0.4, 0.4, 1.2], one))] for one in felt]
        people.append([f"{number:04d}", *ticked, str(rng.integers(19, 70))])
    return people


people = simulated_people(40, seed=7)
for row in people[10:20]:
    row[1:6] = [IN_THEIR_WORDS.get(answer, answer) for answer in row[1:6]]
people[3][2], people[8][5], people[21][4] = "99", "99", "prefer not to say"
people[30][0] = " 0029 "  # typed somebody else's code

messy = folder / "closeness survey FINAL (2).csv"
with messy.open("w", encoding="cp1252", newline="") as file:
    out = csv.writer(file, delimiter=";")
    out.writerow(["Closeness survey, spring – export", *[""] * 6])
    out.writerow([""] * 7)
    out.writerow(["Code", "Q3_1", "Q3_2", "Q3_3", "Q3_4", "Q3_5", "Age"])
    out.writerows([*people[:20], [""] * 7, *people[20:]])
print(messy.read_text(encoding="cp1252")[:330])

# %% [markdown]
# **Predict.** What can a program know about this file by itself? What must it ask you? Write down one thing of each
# kind.

# %%
seen = ims.inspect_export(messy, "eis")
print(seen)

# %% [markdown]
# It found the table in the mess: separator, letters, the row of names, the blank row, the id that stands twice (with
# blanks around it). What it does **not** do is take `Q3_1` for item 1 of the EIS because there happen to be five of
# them. It asks.
#
# On the command line the answer is one line (here we stay in Python and do the same):
#
# ```sh
# intimacy-scales inspect "closeness survey FINAL (2).csv" --bank eis --write-map map.yaml
# ```

# %%
print(seen.map_text())

# %% [markdown]
# That is the **map**: a small YAML file with everything the file leaves open. Columns that were asked together are
# proposed as a block, each statement beside the bank's gloss; `form:`, `partner:` and `occasion:` may stand beside
# `items:` (`Q12_1..Q12_36: {items: 1..36, form: now}`). We edit it as one would in a text editor, and look again.

# %%
map_file = folder / "map.yaml"
columns = """format: 1
id: Code
missing: [99, "prefer not to say"]     # no answer, wherever they stand
banks:
  eis:
    columns:
      Q3_1..Q3_5: {items: 1..5}         # neighbours in the file, one item after the other
"""
map_file.write_text(columns, encoding="utf-8")
again = ims.inspect_export(messy, "eis", mapping=map_file)
for use in again.codes:
    print(f"{use.text!r:20} -> {'?' if use.code is None else f'{use.code:g}'}  {use.count:2d} answers, {use.how}")
print()
for problem in again.problems:
    print("problem:", problem)

# %% [markdown]
# Two texts are no label of the bank. For *neither/nor* a guess would be easy, for *rather not* it would be a guess.
# Both would change scores without a word, so both are **your** decision, written down:

# %%
map_file.write_text(
    columns
    + """    labels:
      agreement:
        "neither/nor": 3
        "rather not": 2      # decided with the people who translated the survey, 3 March
""",
    encoding="utf-8",
)
settled = ims.inspect_export(messy, "eis", mapping=map_file)
print("problems left:", len(settled.problems))

bank = ims.load_bank("eis")
scores = ims.score(settled.responses, bank)
print(scores)

# %% [markdown]
# The command does the same with the same map, today and in a year:
#
# ```sh
# intimacy-scales score "closeness survey FINAL (2).csv" --bank eis --map map.yaml --out scores.sav
# ```
#
# ## 4. What silence costs
#
# Suppose somebody had "cleaned" the file by hand: 99 read as an answer, and the answers that were typed differently
# thrown away.
#
# **Predict.** By how many points is a sum of five answers wrong when one of them is a 99?

# %%
codes = {label: code for code, label in enumerate(LABELS, start=1)}
careless = []
for row in people:
    answers = [codes.get(a.strip().lower(), 99.0 if a == "99" else np.nan) for a in row[1:6]]
    careless.append(np.nansum(answers))  # what many scripts do: the sum of whatever is there
careful = scores["eis_total"].values

same = np.isclose(careless, careful)
lower = np.array(careless)[~same & (np.array(careless) >= 5) & (np.array(careless) < 99)]
assert (lower.min(), lower.max()) == (6, 18)  # the figures of the text
figure, (top, low) = plt.subplots(2, 1, figsize=(6.4, 5), sharex=True, height_ratios=[1, 2.6], layout="constrained")
for axis in (top, low):
    axis.scatter(
        careful[same], np.array(careless)[same], color=BLUE, label=f"the same either way: {same.sum()} persons"
    )
    axis.scatter(
        careful[~same], np.array(careless)[~same], color=ORANGE, marker="s", label=f"changed: {(~same).sum()} persons"
    )
low.axhspan(5, 25, color=GREY, alpha=0.15, label="scores that can be: 5 to 25")
low.plot([5, 25], [5, 25], color=GREY, linewidth=1)
top.set(title="The same 40 simulated people, read twice", ylim=(100, 120), yticks=[100, 110, 120])
low.set(ylim=(-1.5, 26.5), yticks=range(0, 26, 5), xticks=range(5, 26, 5))
low.set(xlabel="EIS score, read with a map (points)", ylabel="EIS score, read carelessly (points)")
low.legend(loc="upper left")
plt.show()
print(
    "In the picture: scatter plot in two parts. Above, two persons with a 99 lie at 107 and 115 points, far outside the "
    "scale. Below, most persons lie on the diagonal; eleven whose own words were dropped lie under it, "
    "some at 0 points."
)

# %% [markdown]
# The two at the top are seen at once. The orange squares *below* the line are the dangerous ones. Those at 0 are
# outside the scale, if one looks; those at 6 to 18 look like people who feel less close, and nobody would ever find
# them.
#
# Three mistakes that give no error anywhere:
#
# - **A missing code averaged in** (99, -9, 0): declared in the map, or refused as "allowed 1 to 5".
# - **Codes from another scale** (a file counts 0 to 4 where the bank counts 1 to 5): said as a problem, settled with
#   `shift`.
# - **Items reversed twice**, or not at all: the keying check says which items run against their scale (exercise 2).
#
# ## 5. When the columns are the questions
#
# Google and Microsoft Forms name columns by the question. Wording that this project may ship (or that you lay over
# with `--wording`) is compared with it.

# %%
style = ims.load_bank("pair_style")
emotional = [style.item(number) for number in style.scale("emotional").items]
asked = [f"How is it now? [{style.text(item)}]" for item in emotional]
asked[2] = asked[2].replace("partner", "pardner")  # a slip while typing the form
form_file = folder / "Closeness (Responses).csv"
rng = np.random.default_rng(11)
with form_file.open("w", encoding="utf-8", newline="") as file:
    out = csv.writer(file)
    out.writerow(["Timestamp", "Your code", *asked])
    for number in range(30):
        out.writerow(["2026/03/02 6:00:00 PM GMT+1", f"{number:03d}", *rng.choice(LABELS, 6)])

by_question = ims.inspect_export(form_file, "pair_style")
print("platform:", by_question.source_table.source.platform)
for match in by_question.matches:
    print(f"item {match.item:2d}  {match.how:15s} {match.certainty:4.0%}  {match.column}")
print()
problem = by_question.problems[0]
print("problem:", problem.what)
print("what to do:", problem.do)

# %% [markdown]
# The slip was bridged, and said with its certainty. That 30 items have no column is a **problem** until you say that
# they were not asked (`not_asked` in the map): a forgotten column and a shorter survey look the same from outside.
#
# ## Exercises
#
# 1. In section 3, write the map so that `99` is *not* declared missing. What does `inspect` say, and would the file be
#    scored?
# 2. Make the simulated file again with `pair_style` items, let all answers be codes 0 to 4, and reverse the reversed
#    items before you write it. Does `inspect_export` notice? What does it tell you to say?
# 3. Take an export of your own. Before you run `inspect`, write down how many rows and how many people you expect.
#
# <details><summary>Answer to 1</summary>
#
# `columns Q3_2 and Q3_5: 2 answers of 99; allowed 1 to 5; rows 7 and 12; if 99 means no answer, say --missing-code
# 99`. The file is not scored until that is settled: `responses` of what `inspect_export` returns is `None` and
# `ims.score` raises the same list of problems. A number that is no code is never arithmetic.
#
# </details>
#
# <details><summary>Answer to 2</summary>
#
# With enough complete rows (30) and items that go together, the keying check reports, scale by scale, *already
# reversed*: the items run against their scale, and turning the reverse-keyed ones round raises alpha. It names the
# option `already_reversed=True` (in a map: `already_reversed: true`) and changes nothing by itself. With answers drawn
# at random, as in section 5, nothing goes together, and it has nothing to find.
#
# </details>
#
# ## What this cannot tell you
#
# - Whether the person who ticked is the person you think, or read the question at all (careless answering has flags of
#   its own).
# - Whether your translation asks what the original asks.
# - Whether those who are missing from the file differ from those in it. Setting aside is counted; not having come is
#   not.
#
# ## References
#
# - Broman, K. W., & Woo, K. H. (2018). Data organization in spreadsheets. *The American Statistician, 72*(1), 2-10.
#   https://doi.org/10.1080/00031305.2017.1375989
# - Wilkinson, M. D., et al. (2016). The FAIR Guiding Principles for scientific data management and stewardship.
#   *Scientific Data, 3*, 160018. https://doi.org/10.1038/sdata.2016.18
# - Sinclair, V. G., & Dowdy, S. W. (2005). Development and validation of the Emotional Intimacy Scale. *Journal of
#   Nursing Measurement, 13*(3), 193-206.
