"""Points models: frozen row set, baselines, training, evaluation, artefacts, predictions; the only user of xgboost."""
