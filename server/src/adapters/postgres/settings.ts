/** How many connections the embedded server accepts; each costs 2.5 to 2.8 MB while open. */
const CONNECTIONS_MAX = 100;

/**
 * The embedded server's settings, given on its command line, where neither a file nor
 * `ALTER SYSTEM` overrides them.
 */
export const EMBEDDED_SETTINGS: Readonly<Record<string, string | number>> = {
  // What was answered as committed is on the disk.
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  wal_level: "replica", // `minimal` was not faster and forbids pg_backup_start
  max_wal_senders: 0,
  max_logical_replication_workers: 0,
  max_parallel_workers: 0, // they would escape the memory limit of projects' connections
  wal_compression: "pglz", // lz4 is not compiled in
  max_connections: CONNECTIONS_MAX,
  shared_buffers: "128MB",
  max_locks_per_transaction: 128, // partitions: a statement over a year of weeks locks them all
  io_method: "sync", // the worker processes of `worker` only cost memory at our sizes
  jit: "off",
  timezone: "UTC",
  // The log goes to Steward's own: no statements, no values.
  logging_collector: "off",
  log_destination: "stderr",
  log_line_prefix: "",
  log_checkpoints: "off",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
  log_parameter_max_length_on_error: 0,
  unix_socket_permissions: "0700",
};
