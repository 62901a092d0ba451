"""Find out why wikisync does not work: try each thing that a run needs, and write nothing."""
