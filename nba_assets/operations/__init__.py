"""What command line, UI and sensors share: launching, progress, summaries."""
