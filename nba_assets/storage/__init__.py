"""Where artefacts (models, cards, reports) are kept: a directory, or a bucket of Google Cloud Storage."""
