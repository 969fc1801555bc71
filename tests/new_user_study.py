"""The two files of a new user: a Qualtrics survey of matrices with names of its own, and a scale of their own."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np

STATEMENTS = (
    "When I need to talk, my partner has an ear for me", "We like doing things together with other couples",
    "Our sexual life contents me", "My partner helps me to get my thoughts in order",
    "We enjoy the same pastimes", "My partner is all that I was ever looking for",
    "I can say how I feel and my partner does not become defensive", "We mostly keep to ourselves",
    "Sex with us is mere routine", "In serious conversation we have little in common",
    "I share few of my partner's interests", "At times I feel no strong love for my partner",
    "Often there is a distance between us", "We have hardly any friends in common",
    "When I would like sex I am able to say so", "In serious talk I feel put down",
    "We enjoy playing together", "Each new thing I learn about my partner delights me",
    "My partner truly grasps what hurts me and what makes me glad", "Time with friends matters to us as a couple",
    "I hold back sexually because my partner makes me uneasy", "Some topics seem pointless to raise with my partner",
    "Both of us like to be outdoors", "My partner and I understand each other perfectly",
    "Now and then I feel neglected", "My partner's close friends are my friends as well",
    "Sexual expression is essential for us", "My partner often tries to change what I think",
    "We hardly ever find time for fun", "Nobody could be happier together than we are",
    "Even next to my partner I feel lonely", "My partner disapproves of some of my friends",
    "My partner seems to take no interest in sex", "We always have something to talk about",
    "We share a few interests", "Some of my needs this relationship does not meet",
)  # fmt: skip
STEMS = {
    "Q12": "Think of your relationship as it is now. How much do you agree?",
    "Q13": "And how would you like it to be? How much would you agree then?",
}
OWN_SCALE = (
    "I look forward to our evenings", "We plan our week together", "I often feel rushed when we talk",
    "We laugh at small things", "I can ask for help", "I keep small worries to myself", "We thank each other",
    "We notice when the other is tired", "I avoid touchy subjects", "We find time to be silent together",
    "I am proud of us", "We get over quarrels quickly",
)  # fmt: skip
OWN_REVERSED = (3, 6, 9)
_AGREE = ("Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree")
_REVERSED = (8, 9, 10, 11, 12, 13, 14, 16, 21, 22, 25, 28, 29, 31, 32, 33, 36)  # pair's, as its bank has them


def _ticked(draw: np.random.Generator, level: np.ndarray, n_items: int, reverse: tuple[int, ...]) -> np.ndarray:
    """Answers 0 to 4 of persons with these levels, as ticked."""
    codes = np.clip(np.rint(2 + level[:, None] + 0.8 * draw.normal(size=(len(level), n_items))), 0, 4).astype(int)
    for number in reverse:
        codes[:, number - 1] = 4 - codes[:, number - 1]
    return codes


def qualtrics_waves(folder: Path, *, n: int = 60, texts: bool = False) -> tuple[Path, Path, dict[str, np.ndarray]]:
    """Write the exports of two waves; answers as Qualtrics numbers them (1 to 5), or as texts. Returns codes 0 to 4."""
    draw = np.random.default_rng(12)
    own, truth, paths = draw.normal(size=n) * 0.7, {}, []
    for wave, gain in (("before", 0.0), ("after", 0.3)):
        now = _ticked(draw, own + gain, 36, _REVERSED)
        wished = _ticked(draw, own + 1.0, 36, _REVERSED)
        truth |= {f"{wave} now": now, f"{wave} expected": wished}
        names = ["StartDate", "EndDate", "Status", "Progress", "Finished", "RecordedDate", "ResponseId",
                 "DistributionChannel", "UserLanguage", "Q2", "Q3", "Q4", "Q5"]  # fmt: skip
        asked = ["Start Date", "End Date", "Response Type", "Progress", "Finished", "Recorded Date", "Response ID",
                 "Distribution Channel", "User Language", "I have read the information and want to take part.",
                 "Please make up your personal code: first two letters of your mother's name and your day of birth.",
                 "How old are you?", "What is your gender?"]  # fmt: skip
        for name, stem in STEMS.items():
            names += [f"{name}_{j}" for j in range(1, 37)]
            asked += [f"{stem} - {statement}" for statement in STATEMENTS]
        head = [names, asked, [json.dumps({"ImportId": f"QID{at}"}) for at in range(len(names))]]
        rows = []
        for at in range(n):
            first = "2026-03-01 10:00:00" if wave == "before" else "2026-06-01 10:00:00"
            answers = [*now[at], *wished[at]]
            rows.append([
                first, first, "0", "100", "1", first, f"R_{wave}{at:03d}", "anonymous", "EN", "1", f"MA{at:02d}",
                str(20 + at % 40), str(1 + at % 2), *(_AGREE[code] if texts else str(code + 1) for code in answers),
            ])  # fmt: skip
        order = draw.permutation(n)
        paths.append(folder / f"{wave}.csv")
        with paths[-1].open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([*head, *(rows[at] for at in order)])
        truth[f"{wave} order"] = order
    return paths[0], paths[1], truth


def own_scale(folder: Path, *, n: int = 120) -> tuple[Path, np.ndarray]:
    """Write a Google Forms export of twelve items of the user's own, and return the codes 1 to 5."""
    draw = np.random.default_rng(5)
    codes = _ticked(draw, draw.normal(size=n), 12, OWN_REVERSED) + 1
    path = folder / "evenings.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Timestamp", "Your code", *(f"How true are these for you? [{text}]" for text in OWN_SCALE)])
        for at, row in enumerate(codes):
            stamp = f"2026/03/{at % 28 + 1:02d} 9:3{at % 10}:00 PM GMT+1"
            writer.writerow([stamp, f"p{at:03d}", *map(str, row.tolist())])
    return path, codes
