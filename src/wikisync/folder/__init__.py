"""Read and write the files of the folder, atomically and without following links."""
