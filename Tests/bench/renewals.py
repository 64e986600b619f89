#!/usr/bin/env python3
"""Simulates how often the plugins of one controller request tokens from Dex.

A controller starts with 1,000 clusters. client-go runs the plugin at the first request after the
reported expiry; a controller always has requests, so the plugin runs at the expiry. Each line of the
table is a configuration of the plugin. The reported expiry is computed as in
ExecCredential.expiration, and cached tokens are used as in CachedToken.unusableReason.

  Tests/bench/renewals.py [CLUSTERS]
"""
import heapq
import random
import sys

CLUSTERS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
START = 10.0  # seconds within which the controller connects to all clusters
LIFETIME = 600.0  # expiry.idTokens: 10m
MARGIN = 60.0  # --expiry-margin=60s
DURATION = 2 * 3600.0
WARM_UP = 1800.0  # excluded from the second peak
CACHE_AGE = 600.0  # the age at which a cached token is replaced


def reported(expiry, now, jitter, rng):
    """The whole second that the plugin reports as the expiry."""
    lifetime = expiry - now
    latest = expiry - (MARGIN if MARGIN < lifetime else lifetime / 2)
    room = max(latest - (now + lifetime / 2), 0)
    return max(int(latest - min(jitter, room) * rng.random()), now)


def usable(issued, now):
    """Whether a cached token is reused."""
    remaining = issued + LIFETIME - now - MARGIN
    return now - issued <= CACHE_AGE and remaining >= max(60, LIFETIME / 10)


def simulate(jitter=0.0, clients=0):
    """Returns the times of the requests to Dex. If `clients` is not 0, there is a cache with one token
    for each Dex client, which the clusters of that client share."""
    rng = random.Random(1)
    events = [(rng.random() * START, cluster) for cluster in range(CLUSTERS)]
    heapq.heapify(events)
    cache = {}
    requests = []
    while events and events[0][0] < DURATION:
        now, cluster = heapq.heappop(events)
        issued = now
        if clients:
            key = cluster % clients
            if key in cache and usable(cache[key], now):
                issued = cache[key]
            else:
                cache[key] = now
                requests.append(now)
        else:
            requests.append(now)
        # If the reported expiry is not in the future, the plugin runs again a second later.
        expiry = reported(issued + LIFETIME, now, jitter, rng)
        heapq.heappush(events, (max(expiry, now + 1), cluster))
    return requests


def peak(requests, start=0.0):
    """The largest number of requests in one second."""
    counts = {}
    for time in requests:
        if time >= start:
            counts[int(time)] = counts.get(int(time), 0) + 1
    return max(counts.values(), default=0)


ROWS = [
    ("no jitter", simulate()),
    ("--expiry-jitter=1m", simulate(jitter=60)),
    ("--expiry-jitter=4m", simulate(jitter=240)),
    ("--cache, one Dex client per cluster", simulate(clients=CLUSTERS)),
    (
        "--cache and --expiry-jitter=4m, one Dex client per cluster",
        simulate(jitter=240, clients=CLUSTERS),
    ),
    ("--cache, one Dex client for all clusters", simulate(clients=1)),
    (
        "--cache and --expiry-jitter=4m, one Dex client for all clusters",
        simulate(jitter=240, clients=1),
    ),
]

print(f"{CLUSTERS} clusters, 10-minute tokens, margin 60 s, two hours; requests per second at Dex")
print()
print("| plugin | peak | peak after 30 min | mean |")
print("| --- | ---: | ---: | ---: |")
for name, requests in ROWS:
    print(
        f"| {name} | {peak(requests)} | {peak(requests, WARM_UP)} "
        f"| {len(requests) / DURATION:.3f} |"
    )
