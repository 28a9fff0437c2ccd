/**
 * The title of an event as it stands behind "may": of `Issue changed` `be told of changed issues`, of `New mail`
 * `be told of new mail`, of `Push` `be told of each push`.
 */
export function eventWords(title: string): string {
  const plain = `${title.charAt(0).toLowerCase()}${title.slice(1)}`;
  const [, noun, done] = /^(.+) ([a-z]+ed|gone|sent)$/.exec(plain) ?? [];
  if (noun !== undefined) return `be told of ${done} ${pluralOf(noun)}`;
  return /^(?:new|any|each|every|all) /.test(plain) ? `be told of ${plain}` : `be told of each ${plain}`;
}

function pluralOf(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}
