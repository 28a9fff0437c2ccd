/** What the effect `connection.revoke` is asked with; UUIDs. Of the tokens it knows nothing: they lie in a slot of their own. */
export type RevokeArguments = {
  readonly organization: string;
  readonly project: string;
  readonly revocation: string;
};
