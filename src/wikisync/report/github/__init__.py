"""What GitHub is told of a report: Markdown, annotations, outputs, and how the job ends. Pure."""
