"""What each chapter shows, in order, for whatever data there is; notebooks show these blocks and nothing else."""
