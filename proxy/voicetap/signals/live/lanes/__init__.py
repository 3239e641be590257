"""Facts -> spans, a module for each lane of the timeline."""
