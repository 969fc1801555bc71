# Pooling at sharp tolerances (metafor stops early by default), trim and fill and influence where something sticks out.
# Rscript make_trimfill.R FOLDER (holds meta.csv, meta2.csv; pooling_sharp.json is written there)
suppressMessages({library(metafor); library(jsonlite)})
dir <- commandArgs(TRUE)[1]
rd <- function(name) { d <- read.csv(file.path(dir, paste0(name, ".csv"))); escalc("ZCOR", ri=d$r, ni=d$n, data=d) }
one <- rd("meta"); skew <- one[order(one$yi), ][c(1:12, 20, 25, 30, 34, 38, 40), ]
tf <- function(x) list(k0=x$k0, side=x$side, b=as.numeric(x$b), se=x$se, tau2=x$tau2, k=x$k)
fit <- function(d, m) rma(yi, vi, data=d, method=m, control=list(threshold=1e-12, maxiter=1000))
out <- list(version=as.character(packageVersion("metafor")))
for (m in c("FE", "DL", "REML")) for (e in c("L0", "R0")) {
  out$whole[[paste(m, e, sep="_")]] <- tf(trimfill(fit(one, m), estimator=e))
  out$skewed[[paste(m, e, sep="_")]] <- tf(trimfill(fit(skew, m), estimator=e))
}
out$skewed_data <- list(r=skew$r, n=skew$n)
two <- rd("meta2"); f <- fit(two, "REML"); ci <- confint(f, control=list(tol=1e-12, maxiter=10000))
out$q_profile <- list(tau2=ci$random[1, ], i2=ci$random[3, ])
odd <- two; odd$yi[7] <- 1.4; i <- influence(fit(odd, "REML"))
out$influence <- list(row=7, y=1.4, rstudent=i$inf$rstudent, dffits=i$inf$dffits, cook=i$inf$cook.d, cov=i$inf$cov.r, hat=i$inf$hat, influential=i$is.infl)
two$year_c <- two$year - 2005; two$sample <- relevel(factor(two$sample), "community")
all <- function(f) list(b=as.numeric(f$b), se=f$se, tau2=f$tau2, se.tau2=f$se.tau2, I2=f$I2, QM=f$QM, QMp=f$QMp, logLik=as.numeric(logLik(f)))
sharp <- function(mods, d=two, m="REML") all(rma(yi, vi, mods=mods, data=d, method=m, control=list(threshold=1e-12, maxiter=1000, tol=1e-12)))
out$moderators <- list(year_centred_2005=sharp(~year_c), sample_ref_community=sharp(~sample), sample_cell_means=sharp(~0+sample), both=sharp(~year_c+sample), reliabilities=sharp(~reliability_x+reliability_y, two[!is.na(two$reliability_y), ]))
out$methods <- lapply(c(REML="REML", ML="ML", PM="PM", SJ="SJ", HS="HS"), function(m) sharp(~1, m=m))
out$subgroups <- lapply(split(two, two$sample), function(x) sharp(~1, x))
write(toJSON(out, digits=I(12), auto_unbox=TRUE, dataframe="rows", matrix="rowmajor", na="null"), file.path(dir, "pooling_sharp.json"))
