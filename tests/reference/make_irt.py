"""Write irt.json: what other programs say of the complete EIS answers. Run: python make_irt.py (needs the three below).

mirt 1.2.0, girth 0.8.0 and statsmodels 0.15.0 from PyPI, in an environment of their own.
"""

import json
from importlib.metadata import version
from pathlib import Path

import girth
import mirt
import numpy as np
from statsmodels.miscmodels.ordinal_model import OrderedModel

HERE = Path(__file__).parent
table = np.genfromtxt(HERE / "eis.csv", delimiter=",", skip_header=1, dtype=str)
answers = np.array([[float(v) if v not in ("", "NA") else np.nan for v in row] for row in table[:, 2:]])
complete = ~np.isnan(answers).any(axis=1)
codes, women = answers[complete].astype(int) - 1, (table[complete, 1] == "women").astype(float)


def lists(value):
    return np.asarray(value).tolist()


fitted = mirt.fit_mirt(codes, model="GRM", n_quadpts=201, tol=1e-8, max_iter=5000)
out = {"versions": {name: version(name) for name in ("mirt", "girth", "statsmodels")}}
out["mirt"] = {
    "slopes": lists(fitted.model.parameters["discrimination"]), "thresholds": lists(fitted.model.parameters["thresholds"]),
    "slope_se": lists(fitted.standard_errors["discrimination"]),
    "threshold_se": lists(fitted.standard_errors["thresholds"]), "log_likelihood": float(fitted.log_likelihood),
}
for method in ("EAP", "ML"):
    scored = mirt.fscores(fitted, codes, method=method, n_quadpts=201)
    out["mirt"][method.lower()] = {"theta": lists(scored.theta)[:40], "se": lists(scored.standard_error)[:40]}
rough = girth.grm_mml(codes.T, options={"quadrature_n": 101, "max_iteration": 500, "quadrature_bounds": (-6, 6)})
out["girth"] = {"slopes": lists(rough["Discrimination"]), "thresholds": lists(rough["Difficulty"])}
mean = codes.mean(axis=1)
designs = {"matching": [mean], "group": [mean, women], "interaction": [mean, women, mean * women]}
out["ordered_model"] = {}
for name, columns in designs.items():
    model = OrderedModel(codes[:, 0], np.column_stack(columns), distr="logit")
    result = model.fit(method="bfgs", disp=0, maxiter=5000, gtol=1e-8)
    out["ordered_model"][name] = {"log_likelihood": float(result.llf), "slopes": lists(result.params[: len(columns)]),
                                  "se": lists(result.bse[: len(columns)])}
(HERE / "irt.json").write_text(json.dumps(out) + "\n", encoding="utf-8")
