# Figures of couples_models.json: lavaan, nlme, psych. usage: Rscript make_couples_models.R DIR  (reads DIR/exchangeable.csv, distinguishable.csv, mixed.csv)
# Of what it writes the test keeps no REML fits, and of mixed$gls_ML the three fits by kind of couple.
suppressMessages({library(psych); library(lavaan); library(nlme); library(jsonlite); library(MASS)})
args <- commandArgs(TRUE); dir <- args[1]; rd <- function(f) read.csv(file.path(dir, paste0(f, ".csv")), stringsAsFactors=FALSE); pdf(NULL)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
B <- 2000; MC <- 1e6                                       # bootstrap resamples; Monte Carlo draws
q <- function(e) suppressWarnings(suppressMessages(e))
fitn <- c("npar","chisq","df","pvalue","baseline.chisq","baseline.df","cfi","tli","rmsea","rmsea.ci.lower","rmsea.ci.upper","srmr","aic","bic","logl","unrestricted.logl")
fm <- function(f, n=fitn) as.list(unclass(fitMeasures(f, n)))
pe <- function(f) { p <- parameterEstimates(f, standardized=TRUE); p <- p[p$op != "~*~",]; p[, intersect(c("lhs","op","rhs","label","group","level","block","est","se","ci.lower","ci.upper","std.all"), names(p))] }
ok <- function(f) list(converged=lavInspect(f,"converged"), nobs=sum(lavInspect(f,"nobs")))
block <- function(f, n=fitn) c(ok(f), list(fit=fm(f, n), est=pe(f)))
lrt <- function(f1, f2) { d <- 2*(as.numeric(logLik(f1)) - as.numeric(logLik(f2))); k <- attr(logLik(f1),"df") - attr(logLik(f2),"df"); list(chisq_diff=d, df_diff=k, pvalue=pchisq(d, k, lower.tail=FALSE)) }
named <- function(x) as.list(x)
# Monte Carlo interval of functions of labelled free parameters of a lavaan fit: draws from N(estimates, their covariance matrix), percentiles
mc <- function(f, exprs, seed=20) { set.seed(seed); V <- lavInspect(f,"vcov"); est <- coef(f); lab <- unique(names(est)[grepl("^[A-Za-z_0-9]+$", names(est))]); V <- V[lab,lab]; D <- as.data.frame(mvrnorm(MC, est[lab], V)); names(D) <- lab
  lapply(exprs, function(e) { x <- eval(parse(text=e), D); as.list(setNames(quantile(x, c(.025,.5,.975)), c("lower","median","upper"))) }) }
lme_out <- function(m) { s <- summary(m); G <- unclass(getVarCov(m)); attr(G,"stdevs") <- NULL; attr(G,"group.levels") <- NULL; G <- matrix(as.numeric(G), nrow(G), dimnames=dimnames(G)); iv <- tryCatch(q(intervals(m, which="var-cov")), error=function(e) NULL)
  rows <- function(z) if (is.null(z)) NULL else if (is.null(dim(z))) as.list(z) else data.frame(what=rownames(z), lower=as.numeric(z[,"lower"]), est=as.numeric(z[,"est."]), upper=as.numeric(z[,"upper"]))
  list(nobs=m$dims$N, groups=m$dims$ngrps[[1]], method=m$method, fixed=data.frame(term=rownames(s$tTable), est=s$tTable[,1], se=s$tTable[,2], df=s$tTable[,3], t=s$tTable[,4], p=s$tTable[,5]), random=list(terms=rownames(G), cov=unname(G), sd=sqrt(diag(unname(G))), cor=unname(cov2cor(G))), sigma=m$sigma, correlation=named(coef(m$modelStruct$corStruct, unconstrained=FALSE)), residual_sd_ratios=named(coef(m$modelStruct$varStruct, unconstrained=FALSE, allCoef=TRUE)),
    logLik=as.numeric(logLik(m)), npar=attr(logLik(m),"df"), AIC=AIC(m), BIC=BIC(m), intervals_approximate=if (is.null(iv)) NULL else list(random=rows(iv$reStruct[[1]]), correlation=rows(iv$corStruct), residual_sd_ratios=rows(iv$varStruct), sigma=setNames(as.list(as.numeric(iv$sigma)), c("lower","est","upper")))) }
gls_out <- function(m) { s <- summary(m)$tTable; list(nobs=m$dims$N, method=m$method, fixed=data.frame(term=rownames(s), est=s[,1], se=s[,2], t=s[,3], p=s[,4]), sigma=m$sigma, correlation=named(coef(m$modelStruct$corStruct, unconstrained=FALSE)), residual_sd_ratios=named(coef(m$modelStruct$varStruct, unconstrained=FALSE, allCoef=TRUE)), logLik=as.numeric(logLik(m)), npar=attr(logLik(m),"df"), AIC=AIC(m), BIC=BIC(m)) }
lmer_out <- function(m) { v <- as.data.frame(VarCorr(m)); list(nobs=nobs(m), groups=named(ngrps(m)), reml=isREML(m), singular=isSingular(m), fixed=lapply(c(Satterthwaite="Satterthwaite", KenwardRoger="Kenward-Roger"), function(d) { s <- q(summary(m, ddf=d))$coefficients; data.frame(term=rownames(s), est=s[,1], se=s[,2], df=s[,3], t=s[,4], p=s[,5]) }), varcorr=v[,c("grp","var1","var2","vcov","sdcor")], logLik=as.numeric(logLik(m)), AIC=AIC(m), BIC=BIC(m)) }

## ---- exchangeable partners: Olsen and Kenny's (2006) constraints, I-SAT, I-NULL ----
isat <- function(v, s=c("a","b"), null=FALSE) { o <- c()
  for (i in seq_along(v)) { x <- paste0(v[i],"_",s); o <- c(o, sprintf("%s ~ m%d*1\n%s ~ m%d*1\n%s ~~ v%d*%s\n%s ~~ v%d*%s", x[1],i,x[2],i,x[1],i,x[1],x[2],i,x[2])); o <- c(o, if (null) sprintf("%s ~~ 0*%s",x[1],x[2]) else sprintf("%s ~~ x%d*%s",x[1],i,x[2]))
    if (i > 1) for (j in 1:(i-1)) { y <- paste0(v[j],"_",s); o <- c(o, if (null) sprintf("%s ~~ 0*%s + 0*%s\n%s ~~ 0*%s + 0*%s",x[1],y[1],y[2],x[2],y[1],y[2]) else sprintf("%s ~~ w%d_%d*%s + b%d_%d*%s\n%s ~~ b%d_%d*%s + w%d_%d*%s",x[1],i,j,y[1],i,j,y[2],x[2],i,j,y[1],i,j,y[2])) } }
  paste(o, collapse="\n") }
fit_isat <- function(v, d, s=c("a","b"), null=FALSE, ...) q(lavaan(isat(v,s,null), d, meanstructure=TRUE, fixed.x=FALSE, ...))
adjust <- function(f, d, v, s=c("a","b"), ...) { S <- fit_isat(v,d,s,...); N0 <- fit_isat(v,d,s,TRUE,...); g <- function(x) fitMeasures(x,c("chisq","df"))
  c1 <- g(f)-g(S); c0 <- g(N0)-g(S); n <- sum(lavInspect(f,"nobs")); d1 <- max(c1[1]-c1[2],0); d0 <- max(c0[1]-c0[2],d1)
  list(model=named(g(f)), isat=named(g(S)), inull=named(g(N0)), chisq_adjusted=c1[[1]], df_adjusted=c1[[2]], pvalue_adjusted=if (c1[[2]]>0) pchisq(c1[[1]],c1[[2]],lower.tail=FALSE) else NA, chisq_null_adjusted=c0[[1]], df_null_adjusted=c0[[2]],
    cfi_adjusted=if (d0>0) 1-d1/d0 else 1, tli_adjusted=if (c1[[2]]>0) (c0[[1]]/c0[[2]]-c1[[1]]/c1[[2]])/(c0[[1]]/c0[[2]]-1) else NA, rmsea_adjusted=if (c1[[2]]>0) sqrt(d1/(c1[[2]]*n)) else NA, logl_model=as.numeric(logLik(f)), logl_isat=as.numeric(logLik(S))) }
swap <- function(d, rows, s=c("a","b")) { for (x in grep(paste0("_",s[1],"$"), names(d), value=TRUE)) { y <- sub(paste0("_",s[1],"$"), paste0("_",s[2]), x); t <- d[rows,x]; d[rows,x] <- d[rows,y]; d[rows,y] <- t }; d }
ex_apim <- "
satisfaction_a ~ a*disclosure_a + p*disclosure_b
satisfaction_b ~ a*disclosure_b + p*disclosure_a
disclosure_a ~ mx*1
disclosure_b ~ mx*1
satisfaction_a ~ iy*1
satisfaction_b ~ iy*1
disclosure_a ~~ vx*disclosure_a + cx*disclosure_b
disclosure_b ~~ vx*disclosure_b
satisfaction_a ~~ vy*satisfaction_a + cy*satisfaction_b
satisfaction_b ~~ vy*satisfaction_b
k := p/a
actor_plus_partner := a+p
actor_minus_partner := a-p
residual_r := cy/vy
predictor_r := cx/vx"
ex_med <- function(direct=TRUE) paste0("
responsiveness_a ~ a_actor*disclosure_a + a_partner*disclosure_b
responsiveness_b ~ a_actor*disclosure_b + a_partner*disclosure_a
satisfaction_a ~ b_actor*responsiveness_a + b_partner*responsiveness_b", if (direct) " + c_actor*disclosure_a + c_partner*disclosure_b", "
satisfaction_b ~ b_actor*responsiveness_b + b_partner*responsiveness_a", if (direct) " + c_actor*disclosure_b + c_partner*disclosure_a", "
disclosure_a ~ mx*1
disclosure_b ~ mx*1
responsiveness_a ~ im*1
responsiveness_b ~ im*1
satisfaction_a ~ iy*1
satisfaction_b ~ iy*1
disclosure_a ~~ vx*disclosure_a + cx*disclosure_b
disclosure_b ~~ vx*disclosure_b
responsiveness_a ~~ vm*responsiveness_a + cm*responsiveness_b
responsiveness_b ~~ vm*responsiveness_b
satisfaction_a ~~ vy*satisfaction_a + cy*satisfaction_b
satisfaction_b ~~ vy*satisfaction_b
", paste(names(ind), ind, sep=" := ", collapse="\n"), if (direct) "\ntotal_effect_actor := a_actor*b_actor + a_partner*b_partner + c_actor\ntotal_effect_partner := a_partner*b_actor + a_actor*b_partner + c_partner")
ind <- c(ind_actor_actor="a_actor*b_actor", ind_partner_partner="a_partner*b_partner", ind_actor_partner="a_actor*b_partner", ind_partner_actor="a_partner*b_actor", total_ind_actor="a_actor*b_actor+a_partner*b_partner", total_ind_partner="a_actor*b_partner+a_partner*b_actor")
ex_cfa <- paste(c("fa =~ NA*eis_1_a + l1*eis_1_a + l2*eis_2_a + l3*eis_3_a + l4*eis_4_a + l5*eis_5_a", "fb =~ NA*eis_1_b + l1*eis_1_b + l2*eis_2_b + l3*eis_3_b + l4*eis_4_b + l5*eis_5_b", "fa ~~ 1*fa\nfb ~~ 1*fb\nfa ~~ latent_r*fb\nfa ~ 0*1\nfb ~ 0*1",
  sprintf("eis_%d_a ~ i%d*1\neis_%d_b ~ i%d*1\neis_%d_a ~~ t%d*eis_%d_a + c%d*eis_%d_b\neis_%d_b ~~ t%d*eis_%d_b",1:5,1:5,1:5,1:5,1:5,1:5,1:5,1:5,1:5,1:5,1:5,1:5)), collapse="\n")
long_of <- function(d, v, s) { o <- do.call(rbind, lapply(1:2, function(i) { x <- d[, c("couple", paste0(v,"_",s[i]), paste0(v,"_",s[3-i]))]; names(x) <- c("couple", v, paste0("partner_",v)); x$role <- s[i]; x })); o[order(o$couple, o$role),] }
fz_icc <- function(x1, x2) { r <- q(psych::ICC(cbind(x1,x2), lmer=FALSE))$results; mx <- mean(c(x1,x2)); s2 <- mean((c(x1,x2)-mx)^2); list(n=length(x1), anova_icc1=r$ICC[1], ci.lower=r[["lower bound"]][1], ci.upper=r[["upper bound"]][1], F=r$F[1], pairwise=mean((x1-mx)*(x2-mx))/s2) }
S <- list()
S$exchangeable <- function() { d <- rd("exchangeable"); h <- d$couple %% 2 == 0; d2 <- swap(d, h); o <- list(); s <- function(m,d,...) q(sem(m, d, meanstructure=TRUE, fixed.x=FALSE, ...))
  f <- s(ex_apim, d); f2 <- s(ex_apim, d2); v <- c("disclosure","satisfaction")
  o$apim <- c(block(f), list(adjusted=adjust(f,d,v), k_mc=mc(f, c(k="p/a"))$k))
  o$apim_swapped <- list(note="the partners of even-numbered couples change places", chisq=fm(f2,c("chisq","df")), adjusted=adjust(f2,d2,v), largest_change_of_an_estimate=max(abs(coef(f)-coef(f2))), largest_change_of_a_se=max(abs(sqrt(diag(vcov(f)))-sqrt(diag(vcov(f2))))))
  L <- long_of(d, c("disclosure","responsiveness","satisfaction"), c("a","b"))
  for (me in c("ML","REML")) o[[paste0("apim_gls_",me)]] <- gls_out(gls(satisfaction ~ disclosure + partner_disclosure, L, correlation=corCompSymm(form=~1|couple), method=me))
  v <- c("disclosure","responsiveness","satisfaction"); f <- s(ex_med(), d); f2 <- s(ex_med(), d2); f3 <- s(ex_med(FALSE), d); f4 <- s(ex_med(FALSE), d2)
  o$mediation <- c(block(f), list(adjusted=adjust(f,d,v), monte_carlo=mc(f, ind)), list(swapped=list(adjusted=adjust(f2,d2,v), largest_change_of_an_estimate=max(abs(coef(f)-coef(f2))))))
  o$mediation_no_direct <- c(block(f3), list(adjusted=adjust(f3,d,v), swapped=list(adjusted=adjust(f4,d2,v), largest_change_of_an_estimate=max(abs(coef(f3)-coef(f4))))))
  I <- paste0("eis_",1:5); cc <- complete.cases(d[,c(paste0(I,"_a"),paste0(I,"_b"))])
  f <- q(lavaan(ex_cfa, d[cc,], meanstructure=TRUE)); f2 <- q(lavaan(ex_cfa, d2[cc,], meanstructure=TRUE)); o$cfa_listwise <- c(block(f), list(adjusted=adjust(f,d[cc,],I), swapped=adjust(f2,d2[cc,],I)))
  f <- q(lavaan(ex_cfa, d, meanstructure=TRUE, missing="ml")); f2 <- q(lavaan(ex_cfa, d2, meanstructure=TRUE, missing="ml")); o$cfa_fiml <- c(block(f), list(adjusted=adjust(f,d,I,missing="ml"), swapped=adjust(f2,d2,I,missing="ml")))
  o$isat_three_variables <- fm(fit_isat(v,d)); o$icc <- lapply(setNames(v,v), function(x) fz_icc(d[[paste0(x,"_a")]], d[[paste0(x,"_b")]]))
  # Griffin and Gonzalez (1995): pairwise (double-entry) correlations; individual-level and dyad-level correlation of disclosure and satisfaction
  x <- c(d$disclosure_a,d$disclosure_b); xp <- c(d$disclosure_b,d$disclosure_a); y <- c(d$satisfaction_a,d$satisfaction_b); yp <- c(d$satisfaction_b,d$satisfaction_a); rxx <- cor(x,xp); ryy <- cor(y,yp); rxy <- cor(x,y); rxyp <- cor(x,yp); n <- nrow(d)
  o$pairwise <- list(r_xx=rxx, r_yy=ryy, r_overall=rxy, r_cross=rxyp, n_star_overall=2*n/(1+rxx*ryy+rxyp^2), n_star_cross=2*n/(1+rxx*ryy+rxy^2), r_individual=(rxy-rxyp)/sqrt((1-rxx)*(1-ryy)), r_dyad=rxyp/sqrt(rxx*ryy))
  o }
## ---- distinguishable partners ----
S$distinguishable <- function() { d <- rd("distinguishable"); o <- list(); s <- function(m,d,...) q(sem(m, d, meanstructure=TRUE, fixed.x=FALSE, ...)); ss <- c("w","m")
  for (v in list(c("disclosure","satisfaction"), c("disclosure","responsiveness","satisfaction"))) o$omnibus[[paste(v,collapse="+")]] <- c(fm(fit_isat(v,d,ss)), list(est=pe(fit_isat(v,d,ss))))
  # the same test step by step, each against the saturated model: equal means only; variances only; covariances only (within own; cross)
  v <- c("disclosure","responsiveness","satisfaction"); w <- paste0(v,"_w"); m <- paste0(v,"_m"); sat <- paste(c(apply(combn(c(w,m),2),2,function(z) paste(z[1],"~~",z[2])), paste(c(w,m),"~~",c(w,m)), paste(c(w,m),"~ 1")), collapse="\n")
  mean_eq <- paste(sprintf("%s ~ m%d*1\n%s ~ m%d*1",w,1:3,m,1:3),collapse="\n"); var_eq <- paste(sprintf("%s ~~ v%d*%s\n%s ~~ v%d*%s",w,1:3,w,m,1:3,m),collapse="\n")
  C <- combn(3,2); wi_eq <- paste(sprintf("%s ~~ w%d%d*%s\n%s ~~ w%d%d*%s",w[C[1,]],C[1,],C[2,],w[C[2,]],m[C[1,]],C[1,],C[2,],m[C[2,]]),collapse="\n"); cr_eq <- paste(sprintf("%s ~~ b%d%d*%s\n%s ~~ b%d%d*%s",w[C[1,]],C[1,],C[2,],m[C[2,]],m[C[1,]],C[1,],C[2,],w[C[2,]]),collapse="\n")
  rest <- function(done) { have <- strsplit(done,"\n")[[1]]; key <- function(l) { z <- trimws(strsplit(gsub("[a-z]+[0-9]+\\*","",l),"~~|~")[[1]]); paste(sort(z),collapse="|") }; hk <- sapply(have,key); paste(c(done, Filter(function(l) !(key(l) %in% hk), strsplit(sat,"\n")[[1]])), collapse="\n") }
  o$omnibus_parts <- lapply(list(means=mean_eq, variances=var_eq, covariances_within=wi_eq, covariances_cross=cr_eq), function(z) fm(q(lavaan(rest(z), d, meanstructure=TRUE, fixed.x=FALSE)), c("chisq","df","pvalue")))
  apim <- "satisfaction_w ~ aw*disclosure_w + pw*disclosure_m\nsatisfaction_m ~ am*disclosure_m + pm*disclosure_w\ndisclosure_w ~~ disclosure_m\nsatisfaction_w ~~ satisfaction_m\nkw := pw/aw\nkm := pm/am\nactor_difference := aw-am\npartner_difference := pw-pm"
  f <- s(apim, d); o$apim <- c(block(f), list(k_mc=mc(f, c(kw="pw/aw", km="pm/am"))))
  sub2 <- function(t, ...) { for (p in list(...)) t <- gsub(p[1], p[2], t); t }; core <- sub("\nkw.*$","",apim)
  eqs <- list(actor_equal=c("am\\*","aw*"), partner_equal=c("pm\\*","pw*")); fa <- s(sub2(core,eqs[[1]]), d); fp <- s(sub2(core,eqs[[2]]), d); fb <- s(paste0(sub2(core,eqs[[1]],eqs[[2]]),"\nk := pw/aw"), d)
  o$apim_actor_equal <- c(block(fa), list(lrt=lrt(f,fa))); o$apim_partner_equal <- c(block(fp), list(lrt=lrt(f,fp))); o$apim_equal <- c(block(fb), list(lrt=lrt(f,fb), k_mc=mc(fb, c(k="pw/aw"))))
  L <- long_of(d, v, ss); o$apim_gls_ML <- gls_out(gls(satisfaction ~ 0 + role + role:disclosure + role:partner_disclosure, L, correlation=corCompSymm(form=~1|couple), weights=varIdent(form=~1|role), method="ML"))
  o$apim_gls_REML <- gls_out(gls(satisfaction ~ 0 + role + role:disclosure + role:partner_disclosure, L, correlation=corCompSymm(form=~1|couple), weights=varIdent(form=~1|role), method="REML"))
  # common fate (Ledermann and Kenny 2012): both loadings 1, one person's residuals correlate across the two measures
  cf <- "cx =~ 1*disclosure_w + 1*disclosure_m\ncy =~ 1*satisfaction_w + 1*satisfaction_m\ncy ~ c*cx\ndisclosure_w ~~ satisfaction_w\ndisclosure_m ~~ satisfaction_m"
  o$common_fate <- block(s(cf, d)); o$common_fate_no_residual_covariances <- block(s(sub("\ndisclosure_w ~~.*$","",cf), d))
  # means and differences of a couple
  z <- data.frame(couple=d$couple, mx=(d$disclosure_w+d$disclosure_m)/2, my=(d$satisfaction_w+d$satisfaction_m)/2, dx=d$disclosure_w-d$disclosure_m, dy=d$satisfaction_w-d$satisfaction_m)
  lmo <- function(m) { a <- summary(m); list(coef=data.frame(term=rownames(a$coefficients), est=a$coefficients[,1], se=a$coefficients[,2], t=a$coefficients[,3], p=a$coefficients[,4]), r2=a$r.squared, sigma=a$sigma, df=a$df[2]) }
  o$mean_and_difference <- list(mean_on_mean=lmo(lm(my~mx,z)), difference_on_difference=lmo(lm(dy~dx,z)), mean_on_both=lmo(lm(my~mx+dx,z)), difference_on_both=lmo(lm(dy~mx+dx,z)), r_means=cor(z$mx,z$my), r_differences=cor(z$dx,z$dy), descriptives=lapply(z[-1], function(x) list(mean=mean(x), sd=sd(x))))
  o$icc <- lapply(setNames(v,v), function(x) c(fz_icc(d[[paste0(x,"_w")]], d[[paste0(x,"_m")]]), list(pearson=cor(d[[paste0(x,"_w")]], d[[paste0(x,"_m")]]), paired_t=unclass(t.test(d[[paste0(x,"_w")]], d[[paste0(x,"_m")]], paired=TRUE))[c("statistic","parameter","p.value","conf.int","estimate")])))
  # dyadic CFA: five answers a partner, same-item residual covariances free at every step
  cfa_m <- function(step) { L <- step>=1; I <- step>=2; R <- step>=3; V <- step>=4; M <- step>=5; o <- c()
    for (p in ss) { o <- c(o, paste0("f",p," =~ NA*eis_1_",p," + ", paste(sprintf("l%d%s*eis_%d_%s",1:5,if (L) "" else p,1:5,p), collapse=" + ")), sprintf("eis_%d_%s ~ i%d%s*1",1:5,p,1:5,if (I) "" else p), sprintf("eis_%d_%s ~~ t%d%s*eis_%d_%s",1:5,p,1:5,if (R) "" else p,1:5,p)) }
    o <- c(o, sprintf("eis_%d_w ~~ eis_%d_m",1:5,1:5), "fw ~~ 1*fw", if (L && !V) "fm ~~ NA*fm + vm*fm" else "fm ~~ 1*fm", "fw ~~ cwm*fm", "fw ~ 0*1", if (I && !M) "fm ~ NA*1 + mm*1" else "fm ~ 0*1"); paste(o, collapse="\n") }
  cc <- complete.cases(d[,grep("^eis",names(d))]); nm <- c("configural","loadings","intercepts","residuals","latent_variances","latent_means")
  for (how in c("listwise","fiml")) { dd <- if (how=="listwise") d[cc,] else d; fs <- lapply(0:5, function(k) q(lavaan(cfa_m(k), dd, meanstructure=TRUE, missing=if (how=="fiml") "ml" else "listwise"))); names(fs) <- nm
    part <- q(lavaan(sub("eis_4_m ~ i4\\*1","eis_4_m ~ i4m*1",cfa_m(2)), dd, meanstructure=TRUE, missing=if (how=="fiml") "ml" else "listwise"))
    o[[paste0("dyadic_cfa_",how)]] <- list(n=nrow(dd), steps=lapply(fs, block), steps_lrt=setNames(lapply(2:6, function(k) lrt(fs[[k-1]],fs[[k]])), nm[-1]), partial_intercepts_item4_free=c(block(part), list(lrt_against_loadings=lrt(fs$loadings,part))),
      latent_correlation=lapply(fs[c("configural","loadings","residuals","latent_variances")], function(f) { sf <- standardizedSolution(f); r <- sf[sf$lhs=="fw"&sf$op=="~~"&sf$rhs=="fm",]; list(r=r$est.std, se=r$se, ci.lower=r$ci.lower, ci.upper=r$ci.upper, ci.fisher=as.numeric(tanh(atanh(r$est.std)+c(-1,1)*qnorm(.975)*r$se/(1-r$est.std^2)))) })) }
  icc <- q(lavaan(paste0(cfa_m(1),"\nlatent_icc := 2*cwm/(1+vm)\nlatent_r := cwm/sqrt(vm)"), d[cc,], meanstructure=TRUE)); o$latent_icc_listwise <- subset(pe(icc), op==":=")
  # latent APIM: the EIS factors (loadings and same-item residuals as above) predict both satisfactions; w's factor variance 1
  la <- paste0(cfa_m(1), "\nsatisfaction_w ~ aw*fw + pw*fm\nsatisfaction_m ~ am*fm + pm*fw\nsatisfaction_w ~~ satisfaction_w + satisfaction_m\nsatisfaction_m ~~ satisfaction_m\nsatisfaction_w ~ 1\nsatisfaction_m ~ 1")
  f <- q(lavaan(la, d[cc,], meanstructure=TRUE)); fe <- q(lavaan(sub("am\\*","aw*",sub("pm\\*","pw*",la)), d[cc,], meanstructure=TRUE)); o$latent_apim <- block(f); o$latent_apim_equal <- c(block(fe), list(lrt=lrt(f,fe))); o }
## ---- couples of three kinds ----
S$mixed <- function() { d <- rd("mixed"); d <- d[order(d$couple, d$gender!="w"),]; o <- list(); d$i <- ave(d$couple, d$couple, FUN=seq_along); W <- reshape(d, idvar=c("couple","kind"), timevar="i", direction="wide", sep="_"); names(W) <- sub("disclosure","x",sub("satisfaction","y",names(W)))
  o$n_couples <- named(table(W$kind)); G <- c("wm","ww","mm"); W$kind <- factor(W$kind, G); W <- W[order(W$kind),]; W$kind <- as.character(W$kind)
  mk <- function(a1,p1,a2,p2) { e <- function(x) paste0("c(",paste(x,collapse=","),")"); t <- function(g1,g2,g3) e(c(g1,g2,g3))
    paste0("y_1 ~ ",e(a1),"*x_1 + ",e(p1),"*x_2\ny_2 ~ ",e(a2),"*x_2 + ",e(p2),"*x_1\nx_1 ~ ",t("mxw","mxww","mxmm"),"*1\nx_2 ~ ",t("mxm","mxww","mxmm"),"*1\ny_1 ~ ",t("iw","iww","imm"),"*1\ny_2 ~ ",t("im","iww","imm"),"*1\nx_1 ~~ ",t("vxw","vxww","vxmm"),"*x_1 + ",t("cx1","cx2","cx3"),"*x_2\nx_2 ~~ ",t("vxm","vxww","vxmm"),"*x_2\ny_1 ~~ ",t("vyw","vyww","vymm"),"*y_1 + ",t("cy1","cy2","cy3"),"*y_2\ny_2 ~~ ",t("vym","vyww","vymm"),"*y_2") }
  ft <- function(m) q(lavaan(m, W, group="kind", meanstructure=TRUE, fixed.x=FALSE)); full <- ft(mk(c("aw","aww","amm"),c("pw","pww","pmm"),c("am","aww","amm"),c("pm","pww","pmm")))
  stopifnot(identical(lavInspect(full,"group.label"), G)); com <- ft(mk(c("awm","aww","amm"),c("pwm","pww","pmm"),c("awm","aww","amm"),c("pwm","pww","pmm"))); pool <- ft(mk(rep("a",3),rep("p",3),rep("a",3),rep("p",3)))
  gen <- ft(mk(c("aW","aW","aM"),c("pMtoW","pWtoW","pMtoM"),c("aM","aW","aM"),c("pWtoM","pWtoW","pMtoM")))
  o$multigroup <- list(role_specific=block(full), composition_specific=c(block(com),list(lrt=lrt(full,com))), actor_by_gender=c(block(gen),list(lrt=lrt(full,gen))), pooled=c(block(pool),list(lrt=lrt(full,pool),lrt_against_composition=lrt(com,pool))))
  L <- d; pr <- function(x) ave(x, d$couple, FUN=rev); L$px <- pr(L$disclosure); L$x <- L$disclosure; L$y <- L$satisfaction; L$partner_gender <- pr(L$gender); L$role <- ifelse(L$kind=="wm", paste0("wm_",L$gender), L$kind); cs <- corCompSymm(form=~1|couple)
  for (me in c("ML","REML")) { g <- function(...) gls_out(gls(..., method=me)); r <- list(); vi <- varIdent(form=~1|role)
    r$wm <- g(y ~ 0+gender+gender:x+gender:px, L[L$kind=="wm",], correlation=cs, weights=varIdent(form=~1|gender)); for (k in c("ww","mm")) r[[k]] <- g(y ~ x+px, L[L$kind==k,], correlation=cs)
    r$all_role_specific_one_rho <- g(y ~ 0+role+role:x+role:px, L, correlation=cs, weights=vi); r$all_pooled_one_rho <- g(y ~ 0+role+x+px, L, correlation=cs, weights=vi); r$all_pooled_one_variance <- g(y ~ 0+role+x+px, L, correlation=cs)
    L$g <- ifelse(L$gender=="w",.5,-.5); L$pg <- ifelse(L$partner_gender=="w",.5,-.5); r$factorial_one_rho <- g(y ~ (x+px)*(g*pg), L, correlation=cs, weights=vi); o[[paste0("gls_",me)]] <- r }
  o$icc <- lapply(setNames(G,G), function(k) { w <- W[W$kind==k,]; list(disclosure=c(fz_icc(w$x_1,w$x_2),if (k=="wm") list(pearson=cor(w$x_1,w$x_2))), satisfaction=c(fz_icc(w$y_1,w$y_2),if (k=="wm") list(pearson=cor(w$y_1,w$y_2)))) }); o }
## ---- run ----
want <- if (length(args) > 1) strsplit(args[2], ",")[[1]] else names(S)
out <- list(versions=c(sapply(c("psych","lavaan","nlme"), function(p) as.character(packageVersion(p))), R=R.version.string))
for (s in want) { t0 <- Sys.time(); out[[s]] <- S[[s]](); cat(sprintf("%-16s %.1f s\n", s, as.numeric(difftime(Sys.time(), t0, units="secs")))) }
write(toJSON(out, digits=I(10), auto_unbox=TRUE, na="null", null="null", dataframe="rows", force=TRUE, rownames=FALSE, matrix="rowmajor"), file.path(dir, "couples_models.json")); cat("ok\n")
