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
# # Pooling studies
#
# **The question.** Forty-eight studies asked whether people in good relationships feel better. Some found a lot, some
# little. What do they say *together*, how much do they really differ, and what if some studies never saw print?
#
# Proulx, Helms and Buehler pooled 93 studies on this in 2007. Here we do the same kind of work.
#
# After this notebook you can
#
# 1. pool correlations, and say why the average of r is not simply the average of r;
# 2. tell the interval of the mean from the interval in which a *new* study will fall;
# 3. test whether a feature of the studies explains how they differ;
# 4. say what a funnel plot can show, and what it cannot;
# 5. handle studies that report several correlations each.
#
# The studies are **simulated**, with effects of our own choosing; the published result stands beside ours.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import intimacy_scales as ims

BLUE, ORANGE, GREY = "#1f5fa8", "#d97706", "#8a8a8a"
studies = pd.read_csv(ims.example("pooling"))
assert len(studies) == 48
assert studies.r.min() < 0.10
assert studies.r.max() > 0.50
studies.head()

# %% [markdown]
# ## 1. One number for all
#
# **Predict.** The correlations run from under .10 to above .50. Should a study of 40 people count as much as one
# of 900? And will the fixed-effect mean (one truth for all studies) have a wider or a narrower interval than the
# random-effects mean (each study has a truth of its own)?

# %%
found = ims.pool(studies)
print(found)
fixed, random = found.methods["FE"], found.methods["REML"]
assert fixed.ci[1] - fixed.ci[0] < random.ci[1] - random.ci[0]

# %% [markdown]
# The fixed-effect interval is much narrower, and that is its fault: it forgets that studies *really* differ. I2 says
# that most of the spread here is no chance.
#
# Why Fisher's z? The error of r depends on r itself; that of z only on n. So one averages z and turns the mean back.

# %%
found.plot()

# %% [markdown]
# ## 2. The mean, and the next study
#
# **Predict.** Your own study is the 49th. Will its *true* correlation lie in the interval of the mean?

# %%
mean, expected = found.mean, found.prediction
print(f"interval of the mean:      {mean.ci[0]:.2f} to {mean.ci[1]:.2f}")
print(f"where a new study falls:   {expected.low:.2f} to {expected.high:.2f}")
tau = np.sqrt(found.heterogeneity.tau2)
rng = np.random.default_rng(49)
new = np.tanh(rng.normal(mean.b, tau, 100_000))
inside = np.mean((new > mean.ci[0]) & (new < mean.ci[1]))
print(f"share of new studies whose truth lies in the interval of the mean: {inside:.0%}")
assert inside < 0.5
figure, axis = plt.subplots(figsize=(5.8, 3.2), layout="constrained")
axis.hist(new, bins=80, color=BLUE, alpha=0.5, density=True)
axis.axvspan(*mean.ci, color=ORANGE, alpha=0.5, label="interval of the mean")
axis.axvspan(expected.low, expected.high, color=GREY, alpha=0.15, label="where a new study is expected")
axis.set(title="True correlations of studies to come", xlabel="correlation", ylabel="density", yticks=[])
axis.legend(loc="upper left", fontsize=8)
plt.show()
print(
    "In the picture: a bell of true correlations of new studies; the narrow interval of the mean covers less than half of "
    "them, the wide prediction interval nearly all."
)

# %% [markdown]
# The interval of the mean tells how well we know the *average*. It says nothing about how far a single relationship,
# study or country may lie from it. Report both.
#
# ## 3. Why do they differ?
#
# Some studies asked everything at one time, others asked about well-being later. We made the later correlations smaller.

# %%
moderated = ims.pool(studies, moderator=["design", "year"])
for term in moderated.moderation.terms:
    print(f"{term.term}: b = {term.b:.3f}, 95 % interval {term.low:.3f} to {term.high:.3f}, p = {term.p:.3f}")
print(f"share of the differences explained: {moderated.moderation.r2:.0f} %")
means = moderated.moderation.groups["design"]
design = moderated.moderation.terms[1]
assert design.high < 0 < means["longitudinal"].r < means["cross-sectional"].r

# %% [markdown]
# Beside ours, what was published. The direction is the same, because we built it so; the sizes were our choice.

# %%
pd.DataFrame(
    [
        ["at one time", ".37", f"{means['cross-sectional'].r:.2f}"],
        ["over time", ".25", f"{means['longitudinal'].r:.2f}"],
    ],
    columns=["marital quality and well-being", "Proulx et al. (2007), 93 studies", "here, simulated"],
)

# %% [markdown]
# Design was not assigned by lot: studies that differ in design differ in much else. A moderator explains differences
# *between studies*, not between people.
#
# ## 4. What if small, dull studies stay in the drawer?
#
# Let us play publisher. Of the same studies, those that are not clearly above a correlation of .2 get printed only
# sometimes.

# %%
rng = np.random.default_rng(7)
z = np.arctanh(studies.r)
clear = (z - np.arctanh(0.2)) * np.sqrt(studies.n - 3) > 1.645
printed = studies[clear | (rng.random(len(studies)) < 0.25)]
biased = ims.pool(printed)
print(f"all {len(studies)} studies:    r = {found.mean.r:.2f}")
print(f"the {len(printed)} in print:    r = {biased.mean.r:.2f}")
small = biased.small_studies
print(
    f"Egger's test: p = {small.egger.p:.3f}; trim and fill puts in {small.filled.missing}, then r = {small.filled_r[0]:.2f}"
)
assert biased.mean.r > found.mean.r

# %%
biased.plot("funnel")

# %% [markdown]
# The mean rose, and no test can tell how much: Egger's test and trim and fill *look* at the funnel, they do not know
# what lies in the drawer. A lopsided funnel has other reasons too (small studies with better measures, for one), and a
# straight one proves nothing.
#
# ## 5. Several correlations a study
#
# Many studies report several: for him and for her, for two outcomes. They are not independent. Counting them as if they
# were makes the interval too narrow.

# %%
several = ims.example("pooling_dependent")
right = ims.pool(several)
rows = pd.read_csv(several)
wrong = ims.pool(rows.assign(study=[f"{s} {e}" for s, e in zip(rows.study, rows.effect, strict=True)]))
wide = {name: one.mean.ci[1] - one.mean.ci[0] for name, one in (("three levels", right), ("as if independent", wrong))}
for name, one in (("three levels", right), ("as if independent", wrong)):
    print(f"{name}: r = {one.mean.r:.2f}, 95 % interval {one.mean.ci[0]:.2f} to {one.mean.ci[1]:.2f}")
print(f"the right interval is {wide['three levels'] / wide['as if independent'] - 1:.0%} wider")
assert wide["three levels"] > wide["as if independent"]

# %% [markdown]
# ## 6. Instruments that were not perfect
#
# Each study's questionnaires had error. Corrected study by study (Hunter and Schmidt), the mean is what error-free
# measures would show, as far as the reliabilities can be trusted.

# %%
corrected = found.corrected
print(f"as found: {corrected.bare.mean:.2f}; corrected: {corrected.individual.mean:.2f} (k = {corrected.k})")
low, high = corrected.individual.credibility
print(f"80 % of true correlations are expected between {low:.2f} and {high:.2f}: credibility, not confidence")
assert corrected.individual.mean > corrected.bare.mean

# %% [markdown]
# ## Exercises
#
# 1. Leave out the ten largest studies. Which interval changes more, that of the mean or that for a new study? Why?
# 2. Type a mistake into one study: `r = 3.5`, then `n = 3`, then copy a row. What does `pool` say?
# 3. Pool with `method="DL"` and `test="z"`, as older papers did. What changes?
#
# <details><summary>Answer to 1</summary>
#
# `ims.pool(studies.sort_values("n")[:-10])`. The interval of the mean widens as studies go. The interval for a new study
# need not: it is made mostly of the differences *between* studies, and more studies do not make studies more alike.
# Here it even becomes a little narrower, as the studies left happen to differ less.
#
# </details>
#
# <details><summary>Answer to 2</summary>
#
# Each is refused, with row and reason: a correlation lies between -1 and 1; with three people Fisher's z has no
# variance; a copied row would count one study twice. All faults are told at once.
#
# </details>
#
# ## What this cannot tell you
#
# - What causes what. A hundred correlational studies are still correlational.
# - What the studies that nobody printed would have said.
# - Whether the studies measured well. Pooling averages their faults along with their findings.
# - Anything about one couple. A correlation of .3 leaves nearly everything about a person open.
#
# ## References
#
# - Proulx, C. M., Helms, H. M., & Buehler, C. (2007). Marital quality and personal well-being: A meta-analysis. *Journal
#   of Marriage and Family, 69*(3), 576-593. https://doi.org/10.1111/j.1741-3737.2007.00393.x
# - Viechtbauer, W. (2010). Conducting meta-analyses in R with the metafor package. *Journal of Statistical Software,
#   36*(3), 1-48. https://doi.org/10.18637/jss.v036.i03
# - Higgins, J. P. T., Thompson, S. G., & Spiegelhalter, D. J. (2009). A re-evaluation of random-effects meta-analysis.
#   *Journal of the Royal Statistical Society A, 172*(1), 137-159. https://doi.org/10.1111/j.1467-985X.2008.00552.x
# - Egger, M., Davey Smith, G., Schneider, M., & Minder, C. (1997). Bias in meta-analysis detected by a simple, graphical
#   test. *BMJ, 315*, 629-634. https://doi.org/10.1136/bmj.315.7109.629
# - Cheung, M. W.-L. (2014). Modeling dependent effect sizes with three-level meta-analyses. *Psychological Methods,
#   19*(2), 211-229. https://doi.org/10.1037/a0032968
