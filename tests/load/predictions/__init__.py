"""What every expression of every board should say after the load, from the script alone.

One module for each board; a key is the panel's title and the target's letter.
"""

from load.predictions import cost, latency, overview, proxy, quality
from load.predictions.table import Prediction

PREDICTIONS: dict[tuple[str, str, str], Prediction] = {
    (f"voicetap-{board}", *key): prediction
    for board, predictions in (
        ("overview", overview.PREDICTIONS),
        ("quality", quality.PREDICTIONS),
        ("latency", latency.PREDICTIONS),
        ("cost", cost.PREDICTIONS),
        ("proxy", proxy.PREDICTIONS),
    )
    for key, prediction in predictions.items()
}
