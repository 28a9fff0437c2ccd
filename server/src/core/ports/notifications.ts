/** Words between the processes of an installation: quick, coalesced, and sometimes lost; whoever listens also looks by itself. */
export interface Notifications {
  listen(channel: string, handler: (payload: string) => void): Promise<void>;
  /** Says a payload of less than 8,000 bytes soon; never fails. */
  notify(channel: string, payload: string): void;
  /** Called after a gap in which words may have been lost. */
  onReconnect(handler: () => void): void;
  /** Called when nothing, not even this process's own echo, was heard for 500 ms: it could not be told to stop (R6). */
  onSilence(handler: () => void): void;
}
