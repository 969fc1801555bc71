# Figures of lavaan and semTools beyond those of make_reference.R. usage: Rscript make_lavaan.R DIR > DIR/lavaan.json
# (about 3 minutes). Rows of estimates: group, lhs, op, rhs, est, se, std.all, se of std.all; only what is estimated.
suppressPackageStartupMessages({library(lavaan); library(semTools); library(jsonlite)})
dir <- commandArgs(TRUE)[1]
read <- function(name) read.csv(file.path(dir, name))
reversed <- c(8, 9, 10, 11, 12, 13, 14, 16, 21, 22, 25, 28, 29, 31, 32, 33, 36)
keyed <- function(x) {
  x <- x[paste0("pair_", 1:36)]
  for (k in reversed) x[[k]] <- 4 - x[[k]]
  x
}
scales <- c("emotional", "social", "sexual", "intellectual", "recreational", "conventionality")
measured <- function(which) paste(sapply(which, function(s) {
  paste(scales[s], "=~", paste0("pair_", seq(s, 36, 6), collapse = " + "))
}), collapse = "\n")
wanted <- c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr", "logl",
            "unrestricted.logl", "aic", "bic", "chisq.scaled", "chisq.scaling.factor", "cfi.scaled", "tli.scaled", "rmsea.scaled",
            "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled", "cfi.robust", "tli.robust", "rmsea.robust",
            "baseline.chisq", "baseline.chisq.scaled", "baseline.df")
said <- function(fit, rows = TRUE) {
  all <- unclass(fitMeasures(fit))
  out <- list(fit = as.list(all[intersect(wanted, names(all))]))
  if (rows) {
    est <- parameterEstimates(fit, standardized = TRUE, remove.eq = FALSE, remove.system.eq = FALSE)
    if (is.null(est$group)) est$group <- 1
    std <- standardizedSolution(fit)
    est$std.se <- std$se[match(paste(est$lhs, est$op, est$rhs, est$group),
                               paste(std$lhs, std$op, std$rhs, if (is.null(std$group)) 1 else std$group))]
    latent <- lavNames(fit, "lv")
    kept <- est$op == "=~" | (est$lhs %in% latent & est$op %in% c("~~", "~1")) | (est$op == "~1" & est$se > 0)
    est <- est[kept & est$se > 0, c("group", "lhs", "op", "rhs", "est", "se", "std.all", "std.se")]
    est[5:8] <- signif(est[5:8], 9)
    out$est <- unname(as.matrix(transform(est, group = as.character(group), est = as.character(est), se = as.character(se),
                                          std.all = as.character(std.all), std.se = as.character(std.se))))
  }
  out
}
lrt <- function(a, b, ...) {
  t <- lavTestLRT(a, b, ...)
  list(chisq = t[["Chisq diff"]][2], df = t[["Df diff"]][2], p = t[["Pr(>Chisq)"]][2])
}
whole <- keyed(read("pair_complete.csv")); gaps <- keyed(read("pair.csv"))
six <- measured(1:6); three <- measured(1:3)
out <- list(versions = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan")),
                            semTools = as.character(packageVersion("semTools"))))

# six factors with gaps: full information, plain and robust
fiml <- cfa(six, gaps, std.lv = TRUE, missing = "ml")
out$fiml <- said(fiml)
robust <- cfa(six, gaps, std.lv = TRUE, missing = "ml", estimator = "MLR")
out$mlr_fiml <- said(robust)
out$mlr <- said(cfa(six, whole, std.lv = TRUE, estimator = "MLR"))
out$mlm <- said(cfa(six, whole, std.lv = TRUE, estimator = "MLM"))
one_each <- paste0(paste0(scales[1:3], "=~", sapply(1:3, function(s) paste0("e", s, "*pair_", seq(s, 36, 6), collapse = "+"))), collapse = "\n")
out$mlr_fiml_difference <- lrt(cfa(three, gaps, std.lv = TRUE, missing = "ml", estimator = "MLR"),
                               cfa(one_each, gaps, std.lv = TRUE, missing = "ml", estimator = "MLR"))

# bifactor and second order
general <- paste("general =~", paste0("pair_", 1:36, collapse = " + "))
second <- paste(six, "\nall =~", paste(scales, collapse = " + "))
bifactor <- paste(general, six, sep = "\n")
out$bifactor <- said(cfa(bifactor, whole, std.lv = TRUE, orthogonal = TRUE))
out$second_order <- said(cfa(second, whole))
out$second_order_fiml_mlr <- said(cfa(second, gaps, missing = "ml", estimator = "MLR"))

# composite reliability and average variance extracted
complete <- cfa(six, whole, std.lv = TRUE)
out$composite <- list(
  model_implied = as.list(compRelSEM(complete, obs.var = FALSE)), observed = as.list(compRelSEM(complete)),
  total_implied = as.list(compRelSEM(complete, obs.var = FALSE, return.total = TRUE)), ave = as.list(AVE(complete)),
  fiml_implied = as.list(compRelSEM(fiml, obs.var = FALSE)))
loaded <- lavInspect(cfa(bifactor, whole, std.lv = TRUE, orthogonal = TRUE), "est")
sums <- colSums(loaded$lambda); left <- sum(diag(loaded$theta))
out$bifactor_omega <- list(hierarchical = unname(sums[1]^2 / (sum(sums^2) + left)), total = sum(sums^2) / (sum(sums^2) + left))

# groups by an item of another scale, so that they differ
grouped <- function(x) transform(x, group = ifelse(pair_6 > 2, "high", "low"))
mlr_groups <- lapply(list(configural = "", metric = "loadings", scalar = c("loadings", "intercepts"),
                          strict = c("loadings", "intercepts", "residuals")), function(equal) {
  cfa(three, grouped(gaps)[!is.na(gaps$pair_6), ], std.lv = TRUE, missing = "ml", estimator = "MLR", group = "group", group.label = c("low", "high"),
      group.equal = equal)
})
out$mlr_groups <- lapply(mlr_groups, said)
out$mlr_groups_steps <- Map(function(a, b) lrt(a, b), mlr_groups[-1], mlr_groups[-4])

# ordinal: a single group, then Wu and Estabrook's ladder
names_ord <- paste0("pair_", c(seq(1, 36, 6), seq(3, 36, 6)))
two <- measured(c(1, 3))
ord <- grouped(whole)
out$wlsmv <- said(cfa(two, ord, std.lv = TRUE, ordered = names_ord, estimator = "WLSMV"))
ladder <- list(configural = "", thresholds = "thresholds", metric = c("thresholds", "loadings"),
               scalar = c("thresholds", "loadings", "intercepts"), strict = c("thresholds", "loadings", "intercepts", "residuals"))
fits <- lapply(ladder, function(equal) {
  syntax <- as.character(measEq.syntax(two, ord, ordered = names_ord, parameterization = "theta", ID.fac = "std.lv",
                                       ID.cat = "Wu.Estabrook.2016", group = "group", group.equal = equal))
  cfa(syntax, ord, ordered = names_ord, parameterization = "theta", group = "group", group.label = c("low", "high"), estimator = "WLSMV")
})
out$wlsmv_groups <- lapply(fits, said)
out$wlsmv_groups_steps <- Map(function(a, b) lrt(a, b), fits[-1], fits[-5])
out$wlsmv_nested <- lrt(cfa(two, ord, std.lv = TRUE, ordered = names_ord), cfa(paste(two, "\nemotional ~~ 0.5*sexual"), ord, std.lv = TRUE, ordered = names_ord))
cat(toJSON(out, digits = 12, auto_unbox = TRUE, pretty = FALSE, na = "null"))
