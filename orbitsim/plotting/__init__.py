"""Pictures of finished objects: a ground track, an ascent, a rendezvous.

Each picture is a function that returns a `matplotlib.figure.Figure`, and `save.save_picture` writes
one.  matplotlib is an optional dependency (the extra ``plot``), imported when a picture is drawn;
its global state (pyplot, rcParams) is never touched.
"""
