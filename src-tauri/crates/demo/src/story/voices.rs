//! What the story's programs print.

use crate::voice::Voice;

/// A service that answers requests.
pub(super) const SERVICE: Voice = Voice {
    first: &[
        "{time} INFO  starting {app} pid=1",
        "{time} INFO  configuration read from environment",
        "{time} INFO  listening on :8080",
    ],
    then: &[
        "{time} INFO  GET /healthz 200 1ms",
        "{time} INFO  GET /v1/items/{n} 200 {ms}ms trace={id}",
        "{time} INFO  GET /v1/items?page=2 200 {ms}ms trace={id}",
        "{time} INFO  POST /v1/items 201 {ms}ms trace={id}",
        "{time} DEBUG cache hit key=item:{n}",
        "{time} WARN  slow request GET /v1/items/{n} {ms}ms trace={id}",
    ],
    every: 4,
    last: &[],
};

pub(super) const NGINX: Voice = Voice {
    first: &[
        "/docker-entrypoint.sh: Configuration complete; ready for start up",
        "{time} [notice] 1#1: using the \"epoll\" event method",
        "{time} [notice] 1#1: nginx/1.29.3",
        "{time} [notice] 1#1: start worker processes",
    ],
    then: &[
        "{ip} - - [{date}] \"GET / HTTP/1.1\" 200 {n} \"-\" \"Mozilla/5.0\" \"-\"",
        "{ip} - - [{date}] \"GET /assets/app-{id}.js HTTP/1.1\" 200 {n} \"-\" \"Mozilla/5.0\" \"-\"",
        "{ip} - - [{date}] \"GET /cosci/v1/session HTTP/1.1\" 200 {n} \"-\" \"Mozilla/5.0\" \"-\"",
        "{ip} - - [{date}] \"GET /healthz HTTP/1.1\" 200 2 \"-\" \"kube-probe/1.36\" \"-\"",
        "{ip} - - [{date}] \"GET /favicon.ico HTTP/1.1\" 404 153 \"-\" \"Mozilla/5.0\" \"-\"",
    ],
    every: 3,
    last: &[],
};

pub(super) const COSCI: Voice = Voice {
    first: &[
        "ts={time} level=info msg=\"cosci starting\" version=1.8.2",
        "ts={time} level=info msg=\"queue opened\" size=64",
        "ts={time} level=info msg=\"ready\" addr=:8080",
    ],
    then: &[
        "ts={time} level=info msg=\"session opened\" id={id} from={ip}",
        "ts={time} level=info msg=\"session closed\" id={id} took={ms}ms",
        "ts={time} level=debug msg=\"queue\" length=3",
        "ts={time} level=warn msg=\"session waited for a place\" id={id} wait={ms}ms",
    ],
    every: 5,
    last: &[],
};

pub(super) const ORDERS: Voice = Voice {
    first: &[
        "{time} INFO  starting {app} pid=1",
        "{time} INFO  connected to orders-db",
        "{time} INFO  consuming queue=orders prefetch=20",
    ],
    then: &[
        "{time} INFO  order {n} received trace={id}",
        "{time} INFO  order {n} stored {ms}ms trace={id}",
        "{time} INFO  order {n} handed to billing trace={id}",
        "{time} WARN  order {n} has no delivery address, set aside",
    ],
    every: 2,
    last: &[],
};

pub(super) const PRICING: Voice = Voice {
    first: SERVICE.first,
    then: &[
        "{time} INFO  price of item {n} from stock {ms}ms",
        "{time} WARN  stock did not answer in time, retry 2 of 5 item={n}",
        "{time} WARN  stock did not answer in time, retry 4 of 5 item={n}",
        "{time} INFO  GET /v1/prices/{n} 200 {ms}ms",
    ],
    every: 2,
    last: &[],
};

pub(super) const STOCK: Voice = Voice {
    first: SERVICE.first,
    then: &[
        "{time} INFO  GET /v1/stock/{n} 200 {ms}ms caller=pricing",
        "{time} INFO  GET /v1/stock/{n} 200 {ms}ms caller=pricing retry=2",
        "{time} WARN  both workers busy, request waits item={n}",
    ],
    every: 2,
    last: &[],
};

pub(super) const LEDGER: Voice = Voice {
    first: &[
        "{time} INFO  ledger 3.2.0",
        "{time} INFO  connecting to ledger-db:5432",
    ],
    then: &["{time} WARN  ledger-db:5432: connection refused, trying again"],
    every: 3,
    last: &[
        "{time} ERROR could not reach ledger-db:5432 after 5 tries",
        "{time} FATAL no database: dial tcp: connect: connection refused",
    ],
};

pub(super) const THUMBNAILS: Voice = Voice {
    first: &[
        "{time} INFO  thumbnails 0.9.4 concurrency=8",
        "{time} INFO  waiting for images",
    ],
    then: &[
        "{time} INFO  scaled img-{id}.jpg to 320x240 in {ms}ms",
        "{time} INFO  scaled img-{id}.png to 1280x960 in {ms}ms",
        "{time} WARN  img-{id}.tiff has 79 megapixels, decoding whole",
        "{time} INFO  heap 231 MiB of 256 MiB",
    ],
    every: 6,
    last: &[],
};

pub(super) const INVOICES: Voice = Voice {
    first: &[
        "{time} INFO  invoice-worker 1.7.1",
        "{time} INFO  claimed batch {id}",
    ],
    then: &[
        "{time} WARN  invoice {n}: provider answers 503, put back as retry",
        "{time} INFO  invoice {n}: signed, sending",
        "{time} WARN  invoice {n}: already sent before, put back as retry",
    ],
    every: 7,
    last: &["{time} INFO  batch done: 0 sent, 3 put back as retry"],
};

pub(super) const STATEMENTS: Voice = Voice {
    first: &[
        "{time} INFO  statements 2.0.3",
        "{time} INFO  reading accounts",
    ],
    then: &["{time} INFO  statement of account {n} rendered in {ms}ms"],
    every: 2,
    last: &["{time} INFO  all statements sent"],
};

pub(super) const RECONCILE: Voice = Voice {
    first: &[
        "{time} INFO  reconcile 0.3.0",
        "{time} INFO  comparing ledger and bank",
    ],
    then: &["{time} INFO  page {n} compared, no difference"],
    every: 3,
    last: &[
        "{time} ERROR account {n}: ledger and bank differ by 12.40 NOK",
        "{time} ERROR 1 difference, nothing booked",
    ],
};

pub(super) const MIGRATE: Voice = Voice {
    first: &[
        "{time} migrating orders: version 41",
        "{time} 0042_order_lines_index.up.sql: 1.8s",
        "{time} version 42, done",
    ],
    then: &[],
    every: 0,
    last: &[],
};

pub(super) const COREDNS: Voice = Voice {
    first: &[
        ".:53",
        "[INFO] plugin/reload: Running configuration SHA512 = {id}{id}",
        "CoreDNS-1.12.4",
    ],
    then: &[
        "[INFO] {ip}:41{n} - {n} \"A IN search.shop.svc.cluster.local. udp 52 false 512\" NOERROR qr,aa,rd 102 0.000{ms}s",
        "[INFO] {ip}:38{n} - {n} \"AAAA IN stock.shop.svc.cluster.local. udp 51 false 512\" NOERROR qr,aa,rd 144 0.000{ms}s",
        "[INFO] {ip}:52{n} - {n} \"A IN ledger-db.billing.svc.cluster.local. udp 57 false 512\" NXDOMAIN qr,aa,rd 150 0.000{ms}s",
    ],
    every: 8,
    last: &[],
};

pub(super) const KEDA: Voice = Voice {
    first: &[
        "{time}\tINFO\tsetup\tStarting manager",
        "{time}\tINFO\tsetup\tKEDA Version: 2.21.0",
        "{time}\tINFO\tStarting workers\t{\"controller\": \"scaledobject\"}",
    ],
    then: &[
        "{time}\tINFO\tReconciling ScaledObject\t{\"controller\": \"scaledobject\", \"reconcileID\": \"{id}\"}",
        "{time}\tINFO\tscaleexecutor\tScaling Jobs\t{\"scaledJob.Name\": \"invoices\", \"Number of running Jobs\": 1}",
        "{time}\tINFO\tscaleexecutor\tScaling Jobs\t{\"scaledJob.Name\": \"invoices\", \"Number of pending Jobs\": 0}",
    ],
    every: 20,
    last: &[],
};

pub(super) const PROMETHEUS: Voice = Voice {
    first: &[
        "time={time} level=INFO source=main.go msg=\"Starting Prometheus Server\" version=3.7.0",
        "time={time} level=INFO source=head.go msg=\"WAL replay completed\" total_replay_duration={ms}ms",
        "time={time} level=INFO source=main.go msg=\"Server is ready to receive web requests.\"",
    ],
    then: &[
        "time={time} level=INFO source=compact.go msg=\"write block\" ulid=01K{id} duration={ms}ms",
        "time={time} level=INFO source=head.go msg=\"Head GC completed\" duration={ms}ms",
        "time={time} level=INFO source=checkpoint.go msg=\"Creating checkpoint\" from_segment={n}",
    ],
    every: 600,
    last: &[],
};

/// A part of the cluster that says little.
pub(super) const QUIET: Voice = Voice {
    first: &["{time} {app} starting", "{time} {app} serving"],
    then: &["{time} cache refreshed, {n} objects"],
    every: 300,
    last: &[],
};
