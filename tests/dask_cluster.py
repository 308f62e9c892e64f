"""A Dask cluster of worker processes on this machine: says its address and its workers, ends when its input does."""

import sys


def main(workers: int) -> None:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as cluster:
        pids = " ".join(str(worker.pid) for worker in cluster.workers.values())
        sys.stdout.write(f"{cluster.scheduler_address} {pids}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":  # workers import this module again
    main(int(sys.argv[1]))
