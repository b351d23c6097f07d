"""The simulation: the real flow on virtual time, in a world that misbehaves by its seed.

``python -m tests.sim --seed 7`` repeats one world exactly, ``--seeds 0:1000`` runs many. A seed
makes a ``plan`` (what happens, when, and what goes wrong); a ``world`` plays it: ``feeds``,
``telegram`` and ``disk`` are its faulty parts, ``process`` is the bot, put together as ``app``
does, ended and started again as the plan says. ``oracle`` knows from the plan alone who must be
told of what, and watches every step; ``dues`` are what it counts beside the first message of a
story. ``wrong`` keeps bots that lose what is due or repeat it.
"""
