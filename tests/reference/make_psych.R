# Figures of psych beyond those of make_reference.R. usage: Rscript make_psych.R DIR > DIR/psych.json
suppressPackageStartupMessages({library(psych); library(Rcsdp); library(GPArotation); library(lavaan); library(jsonlite)})
dir <- commandArgs(TRUE)[1]; pdf(NULL)
quiet <- function(e) suppressWarnings(suppressMessages(e))
reversed <- c(8, 9, 10, 11, 12, 13, 14, 16, 21, 22, 25, 28, 29, 31, 32, 33, 36)
keyed <- function(name) {
  x <- read.csv(file.path(dir, name))[paste0("pair_", 1:36)]
  for (k in reversed) x[[k]] <- 4 - x[[k]]
  x
}
whole <- keyed("pair_complete.csv"); r <- cor(whole)
out <- list(versions = list(R = R.version.string, psych = as.character(packageVersion("psych")),
                            GPArotation = as.character(packageVersion("GPArotation")), lavaan = as.character(packageVersion("lavaan"))))
vss <- quiet(psych::vss(r, n = 12, rotate = "none", fm = "pc", n.obs = 400, plot = FALSE))
out$map <- as.numeric(vss$map)
# extraction and rotation; R's searches are told to go on
plain <- function(f) list(loadings = unclass(f$loadings), phi = f$Phi, communality = unname(f$communality), uniqueness = unname(f$uniquenesses))
start <- quiet(fa(r, 6, n.obs = 400, rotate = "none", fm = "minres"))
out$unrotated <- unclass(start$loadings)[, ]
a <- unclass(start$loadings)[, ]
out$principal_axis <- plain(quiet(fa(r, 6, n.obs = 400, rotate = "none", fm = "pa", max.iter = 2000, min.err = 1e-10)))
out$ml <- plain(quiet(fa(r, 6, n.obs = 400, rotate = "none", fm = "ml")))
best <- function(method, ...) {  # the least of some random starts, for one start may stay in a local minimum
  set.seed(1)
  tried <- lapply(1:30, function(i) {
    method(a, Tmat = if (i == 1) diag(6) else Random.Start(6), normalize = FALSE, eps = 1e-8, maxit = 20000, ...)
  })
  tried[[which.min(sapply(tried, function(t) min(t$Table[, 2])))]]
}
turned <- function(x) list(loadings = unclass(x$loadings), phi = x$Phi, criterion = min(x$Table[, 2]))
out$geomin <- turned(best(geominQ))
out$oblimin <- turned(best(oblimin))
v <- varimax(a, normalize = TRUE, eps = 1e-14); out$varimax <- list(loadings = unclass(v$loadings)[, ])
p <- quiet(psych::kaiser(a, rotate = "Promax", m = 4)); out$promax_psych <- list(loadings = unclass(p$loadings)[, ], phi = p$Phi)
p <- promax(unclass(v$loadings)[, ], m = 4); out$promax_stats <- list(loadings = unclass(p$loadings)[, ], phi = unname(solve(crossprod(p$rotmat))))
# omega hierarchical at the definition: Schmid-Leiman of minres + oblimin, three and six group factors
for (m in c(3, 6)) {
  o <- quiet(psych::omega(r, nfactors = m, plot = FALSE, n.obs = 400, rotate = "oblimin"))
  out[[paste0("omega_", m)]] <- list(hierarchical = o$omega_h, total = o$omega.tot, alpha = o$alpha, g6 = o$G6,
    g = unname(o$schmid$sl[, 1]), ecv = o$ECV, group = as.matrix(o$omega.group))
}
# reliability of one scale
e <- na.omit(read.csv(file.path(dir, "eis.csv"))[paste0("eis_", 1:5)])
scale <- whole[paste0("pair_", seq(1, 36, 6))]
for (set in c("eis", "emotional")) {
  x <- if (set == "eis") e else scale
  s <- quiet(splitHalf(cov(x), covar = TRUE, raw = TRUE)); p <- quiet(polychoric(x, correct = 0))
  sc <- quiet(splitHalf(x, raw = TRUE))
  out[[paste0("reliability_", set)]] <- list(
    split_cov = list(max = s$maxrb, min = s$minrb, mean = s$meanr, n = length(s$raw)),
    split_cor = list(max = sc$maxrb, min = sc$minrb, mean = sc$meanr, n = length(sc$raw)),
    guttman_cov = quiet(unclass(guttman(cov(x))))[c("lambda.1", "lambda.2", "lambda.3", "lambda.6")],
    ordinal_alpha = quiet(psych::alpha(p$rho))$total$raw_alpha, glb_fa = quiet(glb.fa(cov(x)))$glb)
}
# the greatest lower bound itself (Rcsdp 0.1.57.4), of each scale, of all items, and of the other questionnaire
out$glb_algebraic <- c(sapply(1:6, function(k) glb.algebraic(cov(whole[seq(k, 36, 6)]))$glb), glb.algebraic(cov(whole))$glb,
                       glb.algebraic(cov(e))$glb)
# standard errors of polychoric and polyserial correlations, two-step maximum likelihood in lavaan
fit <- lavCor(scale, ordered = names(scale), output = "fit", se = "robust.sem", estimator = "DWLS")
est <- parameterEstimates(fit)
out$polychoric <- est[est$op == "~~" & est$lhs != est$rhs, c("lhs", "rhs", "est", "se")]
mixed <- transform(e[1:3], total = e$eis_4 + e$eis_5)
model <- "eis_1 ~~ a*total\neis_2 ~~ b*total\neis_3 ~~ c*total\ntotal ~~ v*total\neis_1 ~~ eis_2 + eis_3\neis_2 ~~ eis_3
r1 := a/sqrt(v)\nr2 := b/sqrt(v)\nr3 := c/sqrt(v)"
est <- parameterEstimates(lavaan(model, mixed, ordered = names(e)[1:3], estimator = "WLSMV", auto.th = TRUE, auto.delta = TRUE,
                                 meanstructure = TRUE, int.ov.free = TRUE))
out$polyserial <- est[est$op == ":=", c("lhs", "est", "se")]
cat(toJSON(out, digits = 12, auto_unbox = TRUE, matrix = "rowmajor", na = "null"))
