"""The tests: one chapter per layer, the published numbers (`reference`), and the whole from outside (`e2e`)."""

from lwo_analysis.run.unneeded import skip_unneeded

skip_unneeded(("rfc3987_syntax",))  # its import takes as long as that of everything else together
