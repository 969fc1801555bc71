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
# # Daily life
#
# **The question.** Does one more hour together go with more closeness? That is a question about *days*, and a diary
# answers two at one time: on days with more time than usual, is a person closer than usual (*within* persons)? And are
# persons who have more time closer (*between* persons)? The answers may differ, even in sign.
#
# After this notebook you can
#
# 1. take a diary apart into what varies within and between persons, and say why one slope for both misleads;
# 2. tell "one more hour" as an estimate with its interval, for the average person and for each;
# 3. ask whether stress changes it, what yesterday has to do with today, and how reliable a day's score is;
# 4. follow a process from disclosure over feeling understood to closeness, and put two partners into one model.
#
# The diaries are **simulated**, with effects of *our* choosing. The studies they are built after (Milek and others, 2015:
# 92 women, 14 days; Laurenceau and others, 1998) printed coefficients that could not be read for this course. Where we
# name them, it is for the direction they report.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import intimacy_scales as ims

BLUE, ORANGE, GREY = "#1f5fa8", "#d97706", "#8a8a8a"
days = pd.read_csv(ims.example("diary"))
print(f"{len(days)} days of {days.person.nunique()} persons; the first three rows:")
print(days.head(3).to_string(index=False))

# %% [markdown]
# ## 1. One slope for everything
#
# **Predict.** Take all days as if they were so many different people and draw one line. Then draw the line through the
# persons' averages, and the line through each day's deviation from its person's average. Which of the three is
# steepest?

# %%
means = days.groupby("person")[["shared_hours", "intimacy"]].transform("mean")
within = days[["shared_hours", "intimacy"]] - means
persons = days.groupby("person")[["shared_hours", "intimacy"]].mean()
slope = {
    "all days in one pot": np.polyfit(days.shared_hours, days.intimacy, 1)[0],
    "between persons": np.polyfit(persons.shared_hours, persons.intimacy, 1)[0],
    "within persons": np.polyfit(within.shared_hours, within.intimacy, 1)[0],
}
for name, value in slope.items():
    print(f"{name:20s} {value:.2f} points of closeness an hour")
assert slope["within persons"] < slope["all days in one pot"] < slope["between persons"]

# %%
figure, axes = plt.subplots(1, 2, figsize=(8.4, 3.6), layout="constrained")
axes[0].plot(persons.shared_hours, persons.intimacy, "o", color=ORANGE, markersize=4)
axes[0].set(xlabel="average shared hours", ylabel="average intimacy", title="persons")
for one in days.person.unique()[:12]:
    mine = days[days.person == one]
    line = np.polyfit(mine.shared_hours, mine.intimacy, 1)
    ends = np.array([mine.shared_hours.min(), mine.shared_hours.max()])
    axes[1].plot(mine.shared_hours, mine.intimacy, "o", color=GREY, markersize=2)
    axes[1].plot(ends, np.polyval(line, ends), color=BLUE, linewidth=1)
axes[1].set(xlabel="shared hours that day", ylabel="intimacy that day", title="days of twelve persons")
plt.show()
print(
    "In the picture: left, a cloud of ninety persons' averages that rises gently; right, the days of twelve persons with "
    "a line each: most rise, at very different heights and steepness."
)

# %% [markdown]
# The pot mixes two answers in a proportion nobody asked for. A diary model gives each its own slope, by centring: the
# day's deviation from the person's own mean (*within*), and that mean (*between*).
#
# ## 2. One more hour
#
# Besides, persons differ in height (random intercept) and in how much an hour does for them (random slope), and
# neighbouring days are alike (autocorrelation). All of it stands in one call. On weekends people have more time *and* are
# closer, so weekends stand in the model, too.

# %%
model = {"outcome": "intimacy", "within": ("shared_hours", "stress"), "weekend": True}
found = ims.diary(days, **model, items=[f"close_{j}" for j in range(1, 5)])
print(found)
hour = found.effect("shared_hours_within")
assert hour.low < 1.6 < hour.high  # the truth we put in

# %%
slopes = found.slopes
low, high = slopes.range_95
print(f"average person: one more hour than usual, {hour.est:.2f} points [{hour.low:.2f}, {hour.high:.2f}]")
print(f"SD between persons {slopes.sd:.2f}: 95 % of persons like these between {low:.2f} and {high:.2f}")
print(f"share of persons for whom it is above zero, were slopes normal: {slopes.share_above:.0%}")
sure = int((slopes.low > 0).sum())
print(f"persons whose own interval lies above zero: {sure} of {len(slopes.ids)}")
assert low < 0 < high
assert sure < len(slopes.ids) / 2

# %% [markdown]
# Read the last two lines together. Nearly everybody gains from an hour, says the model; yet for most single persons
# fourteen days cannot show it. *The average is known well, single persons are not.* Their estimates are drawn towards the
# average for that reason.

# %%
order = np.argsort(slopes.est)
figure, axis = plt.subplots(figsize=(7.2, 4.6), layout="constrained")
place = np.arange(len(order))
axis.hlines(place, slopes.low[order], slopes.high[order], color=GREY, linewidth=0.8)
axis.plot(slopes.est[order], place, "o", color=BLUE, markersize=3)
axis.axvspan(hour.low, hour.high, color=ORANGE, alpha=0.3)
axis.axvline(0, color="black", linewidth=0.8)
axis.set(xlabel="one more hour than usual: difference in intimacy", ylabel="persons, in order", yticks=[])
plt.show()
print(
    "In the picture: ninety persons' slopes in order, each with a wide interval, most of which cross zero; the narrow "
    "band of the average lies clearly above zero."
)

# %% [markdown]
# Milek and others (2015) report the same direction for working days, and that women differed much from each other. Ours
# says nothing about *their* women: it is our own invention, told back to us.
#
# ## 3. Stress, yesterday, and how good a day's score is
#
# **Predict.** On stressful days, does an hour count for more (comfort) or for less (no mind free for it)? Our simulation
# has an opinion; look for it in the interaction, and in the slopes at three levels of stress.

# %%
stressed = ims.diary(days, **model, moderator="stress")
product = stressed.effect("shared_hours_within:stress_within")
print(f"interaction {product.est:.2f} [{product.low:.2f}, {product.high:.2f}]")
for one in stressed.simple_slopes:
    print(f"{one.at:27s} {one.est:.2f} [{one.low:.2f}, {one.high:.2f}]")
assert product.high < 0
assert stressed.simple_slopes[0].est > stressed.simple_slopes[2].est

# %% [markdown]
# It counts for less. Now yesterday: is closeness carried over?

# %%
lagged = ims.diary(days, **model, lag=True)
yesterday = lagged.effect("intimacy_yesterday")
print(f"yesterday's closeness {yesterday.est:.2f} [{yesterday.low:.2f}, {yesterday.high:.2f}], {lagged.n_days} days")
print(f"autocorrelation in the first model {found.ar1.est:.2f} [{found.ar1.low:.2f}, {found.ar1.high:.2f}]; true .30")
print(next(note for note in lagged.notes if "Nickell" in note))
assert yesterday.high < 0.3 < found.ar1.high

# %% [markdown]
# Two ways to ask for the same thing, and they disagree: yesterday's value, centred on a mean that it is part of, comes out
# too low (Nickell's bias), and ours is a case in point. The autocorrelation of residuals does not suffer from it.
#
# And how reliable are four items about one day? There are two answers again.

# %%
trust = found.reliability
print(trust.said())
assert trust.between > trust.within
assert found.compliance.median == 13

# %% [markdown]
# The average of thirteen days tells persons apart very well. One day's deviation is told much less well: most within-person
# slopes of such diaries are weaker than what they would be with a perfect ruler.
#
# ## 4. A process
#
# Laurenceau and others (1998) see closeness come out of disclosure *by way of* feeling that the other responds well. Each
# person may have a disclosure-to-response slope *a* and a response-to-closeness slope *b* of their own. **Predict.** The
# average indirect effect: is it the product of the two averages?

# %%
talks = ims.example("interactions")
process = {"outcome": "intimacy", "within": "self_disclosure", "mediator": "responsiveness"}
way = ims.diary(talks, **process).mediation
flat = ims.diary(talks, **process, random="none").mediation
print(way.said())
print(f"slopes the same for everybody: {flat.indirect:.3f} [{flat.low:.3f}, {flat.high:.3f}]; the truth: .2175")
assert way.low < 0.2175 < way.high
assert flat.high < 0.2175

# %% [markdown]
# Not the product alone: where *a* is steep, *b* tends to be steep, and the average of products is the product of averages
# *plus their covariance*. Who forces one slope on everybody gets an interval that is too narrow: here it leaves out
# the truth.
#
# ## 5. Two partners, one model

# %%
couples = ims.diary(
    ims.example("couples_diary"), outcome="intimacy", within="stress", couple="couple", partner="partner"
)
for who in couples.labels:
    own, other = (couples.effect(f"stress_{whose}_within", who) for whose in ("own", "partner"))
    print(f"{who}: own stress {own.est:.2f} [{own.low:.2f}, {own.high:.2f}], "
          f"the partner's {other.est:.2f} [{other.low:.2f}, {other.high:.2f}]")  # fmt: skip
    assert own.est < other.est < 0
r = couples.residual_correlation
print(f"what is left of both on one day correlates {r.est:.2f} [{r.low:.2f}, {r.high:.2f}]")
assert r.low > 0

# %% [markdown]
# A partner's bad day is felt on this side, too, though less than one's own.
#
# ## Exercises
#
# 1. Simulate a diary of your own, `ims.simulate("eis", 60, seed=1, days=14)`, and fit `eis_total` on `shared_hours`
#    (`person="id"`). Halve the days (`days=7`). Which intervals widen more, those within or those between persons?
# 2. Leave the weekend out of the first model. In which direction does the hour move, and why?
#
# <details><summary>Answer to 1</summary>
#
# Those within: they live on days, the intervals between persons live on persons. Twice the persons would help both.
#
# </details>
#
# <details><summary>Answer to 2</summary>
#
# Up: weekends have more hours and more closeness, and without them in the model the hour is praised for both.
#
# </details>

# %%
without = ims.diary(days, outcome="intimacy", within=("shared_hours", "stress"))
print(f"without weekends {without.effect('shared_hours_within').est:.2f}, with them {hour.est:.2f}")
assert without.effect("shared_hours_within").est > hour.est

# %% [markdown]
# ## What this cannot tell you
#
# - That time makes close. Close days may lead to more time, and a good mood to both. A diary puts days in order; it does
#   not deal them out by lot.
# - What the missing days were like. People skip days for reasons.
# - Whether an hour would help a couple who never have one: slopes hold near where the data are.
# - How the hour is spent. It counted hours.
#
# ## References
#
# - Bolger, N., & Laurenceau, J.-P. (2013). *Intensive longitudinal methods: An introduction to diary and experience
#   sampling research*. Guilford Press.
# - Bauer, D. J., Preacher, K. J., & Gil, K. M. (2006). Conceptualizing and testing random indirect effects and moderated
#   mediation in multilevel models. *Psychological Methods, 11*, 142-163. https://doi.org/10.1037/1082-989X.11.2.142
# - Cranford, J. A., Shrout, P. E., Iida, M., Rafaeli, E., Yip, T., & Bolger, N. (2006). A procedure for evaluating
#   sensitivity to within-person change. *Personality and Social Psychology Bulletin, 32*, 917-929.
#   https://doi.org/10.1177/0146167206287721
# - Laurenceau, J.-P., Barrett, L. F., & Pietromonaco, P. R. (1998). Intimacy as an interpersonal process. *Journal of
#   Personality and Social Psychology, 74*(5), 1238-1251. https://doi.org/10.1037/0022-3514.74.5.1238
# - Milek, A., Butler, E. A., & Bodenmann, G. (2015). The interplay of couple's shared time, women's intimacy, and
#   intradyadic stress. *Journal of Family Psychology, 29*(6), 831-842.
