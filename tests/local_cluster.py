"""A Ray cluster of two machines of one processor each, both on this one, on loopback only.

Prints its address and the process of the second machine; ends with its standard input.
"""

import json
import os
import sys


def main() -> None:
    # Ray would replace 127.0.0.1 by an address that others can reach.
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    machine = {
        "num_cpus": 1,
        "node_ip_address": "127.0.0.1",
        "object_store_memory": 80_000_000,
        "include_dashboard": False,
        "include_log_monitor": False,
    }
    cluster = Cluster(initialize_head=True, head_node_args=machine)
    second = cluster.add_node(**machine)
    [raylet] = second.all_processes["raylet"]
    sys.stdout.write(json.dumps({"address": cluster.address, "second": raylet.process.pid}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    cluster.shutdown()


if __name__ == "__main__":
    main()
