"""Pictures of the boards from a Prometheus, for those who have no Grafana; `make pictures` draws those in docs/images.

    composition   a board, from top to bottom
    kinds         how each kind of panel is drawn            ┐
    canvas        a figure measured as a browser measures    ├ >  theme  units  legends
    gathering     what Prometheus answers to each panel      ┘    reading  interval  asking

What is read is a compiled board, so what is drawn is what Grafana gets. A kind of panel, a unit or a look that is not
known here is an error, never an empty box: a picture may not look better than the board. Not in it is what answers to a
mouse, descriptions and links, and annotations.
"""
