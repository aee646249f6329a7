"""A Ray cluster of two machines of one processor each, both on this one, on loopback only.

Prints its address, the process of its head, and that of the second machine; ends with its standard
input.
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
    [head] = cluster.head_node.all_processes["gcs_server"]
    [raylet] = second.all_processes["raylet"]
    found = {
        "address": cluster.address,
        "head": head.process.pid,
        "second": raylet.process.pid,
    }
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    cluster.shutdown()


if __name__ == "__main__":
    main()
