/**
 * The signed assertion of a SAML answer, and nothing that was not signed.
 *
 * X1 The document has one Assertion, a child of the Response, and no element that any reader could take for another one.
 * X2 That Assertion has one Signature, its own child, with one Reference, to the Assertion's own ID, which no other element has.
 * X3 Only RSA with SHA-256 or SHA-512, over exclusive canonical XML, by a certificate that the organization gave.
 * X4 What is read on is parsed anew from the bytes whose digest was signed: where the document says something else, nobody looks.
 * X5 No document type, comment, processing instruction or CDATA, whose handling differs between readers.
 */
import { DOMParser, type Document, type Element, type Node, onErrorStopParsing, XMLSerializer } from "@xmldom/xmldom";
import { SignedXml } from "xml-crypto";
import { messageOf } from "../../core/thrown.ts";
import { signOnRefused } from "./sign-on-refusal.ts";

export const ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion";
export const PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol";
export const METADATA = "urn:oasis:names:tc:SAML:2.0:metadata";
const DSIG = "http://www.w3.org/2000/09/xmldsig#";
const ENVELOPED = `${DSIG}enveloped-signature`;
const EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#";
const SIGNATURES: ReadonlySet<string | null> = new Set([
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
]);
const DIGESTS: ReadonlySet<string | null> = new Set([
  "http://www.w3.org/2001/04/xmlenc#sha256",
  "http://www.w3.org/2001/04/xmlenc#sha512",
]);
const [ELEMENT, TEXT] = [1, 3];
const NODES_MAX = 20_000;
const DEPTH_MAX = 64;
const ID = /^[A-Za-z_][\w.-]{0,255}$/;

export interface Answer {
  /** The envelope: unsigned, unless the provider signs it too, which is not looked at. */
  readonly response: Element;
  /** Parsed from the signed bytes. */
  readonly assertion: Element;
}

/** Throws `sign_in_failed` for whatever breaks X1 to X5. */
export function readAnswer(base64: string, certificates: readonly string[]): Answer {
  const xml = decode(base64);
  const document = parse(xml);
  const response = document.documentElement;
  if (response === null || !is(response, PROTOCOL, "Response")) throw refused("it is no SAML response");
  const elements = elementsOf(document);
  const assertions = elements.filter(
    ({ localName }) => localName === "Assertion" || localName === "EncryptedAssertion",
  );
  const [claimed] = assertions;
  if (assertions.length !== 1 || !claimed || !is(claimed, ASSERTION, "Assertion") || claimed.parentNode !== response)
    throw refused("it does not hold one plain assertion"); // X1
  const id = claimed.getAttribute("ID") ?? "";
  checkIds(elements, id);
  const signature = signatureOf(elements, response, claimed);
  checkSignatureShape(signature, id);
  const signed = verified(xml, signature, certificates);
  const assertion = parse(signed).documentElement; // X4
  if (assertion === null || !is(assertion, ASSERTION, "Assertion") || assertion.getAttribute("ID") !== id)
    throw refused("what is signed is something else");
  return { response, assertion };
}

function decode(base64: string): string {
  const bare = base64.replace(/[\r\n\t ]+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(bare)) throw refused("it is no base64");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(bare, "base64"));
  } catch {
    throw refused("it is no UTF-8");
  }
}

function parse(xml: string): Document {
  if (/<!(?!\[CDATA\[|--)/.test(xml)) throw refused("it has a document type"); // X5
  let document: Document;
  try {
    document = new DOMParser({ onError: onErrorStopParsing }).parseFromString(xml, "text/xml");
  } catch (error) {
    throw refused(`it is no XML: ${messageOf(error).slice(0, 100)}`);
  }
  checkNodes(document);
  return document;
}

/** X5: elements and text, and the XML declaration at the very beginning. */
function checkNodes(document: Document): void {
  let nodes = 0;
  const pending: { readonly node: Node; readonly depth: number }[] = [{ node: document, depth: 0 }];
  for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
    if (++nodes > NODES_MAX || one.depth > DEPTH_MAX) throw refused("it is too large");
    for (let child = one.node.firstChild; child !== null; child = child.nextSibling) {
      const isDeclaration = child.nodeName === "xml" && child.parentNode === document && child.previousSibling === null;
      if (child.nodeType !== ELEMENT && child.nodeType !== TEXT && !isDeclaration)
        throw refused("it holds a comment or the like");
      pending.push({ node: child, depth: one.depth + 1 });
    }
  }
}

/** X2: whatever attribute a reader takes for an id. */
function checkIds(elements: readonly Element[], id: string): void {
  if (!ID.test(id)) throw refused("its assertion has no id");
  const holders = elements.filter((element) =>
    [...element.attributes].some(({ localName, value }) => /^id$/i.test(localName ?? "") && value === id),
  );
  if (holders.length !== 1) throw refused("two elements have the assertion's id");
}

/** X2: the Assertion's own; beside it only one of the Response may be there. */
function signatureOf(elements: readonly Element[], response: Element, assertion: Element): Element {
  const all = elements.filter(({ localName }) => localName === "Signature");
  const own = all.filter((one) => one.parentNode === assertion);
  const envelope = all.filter((one) => one.parentNode === response);
  const [signature] = own;
  if (!signature || own.length !== 1 || envelope.length > 1 || all.length !== own.length + envelope.length)
    throw refused("its assertion is not signed, or signatures stand where none may");
  return signature;
}

/** X2 and X3, before anything is computed. */
function checkSignatureShape(signature: Element, id: string): void {
  if (!is(signature, DSIG, "Signature")) throw refused("its signature is none");
  const names = childElements(signature).map(({ localName }) => localName);
  if (!["SignedInfo,SignatureValue", "SignedInfo,SignatureValue,KeyInfo"].includes(names.join(",")))
    throw refused("its signature has a strange shape");
  const info = onlyChild(signature, DSIG, "SignedInfo");
  const reference = onlyChild(info, DSIG, "Reference");
  const transforms = childrenOf(onlyChild(reference, DSIG, "Transforms"), DSIG, "Transform").map(algorithmOf);
  const fits =
    childElements(info).length === 3 &&
    algorithmOf(onlyChild(info, DSIG, "CanonicalizationMethod")) === EXCLUSIVE &&
    SIGNATURES.has(algorithmOf(onlyChild(info, DSIG, "SignatureMethod"))) &&
    DIGESTS.has(algorithmOf(onlyChild(reference, DSIG, "DigestMethod"))) &&
    transforms.join(" ") === `${ENVELOPED} ${EXCLUSIVE}` &&
    reference.getAttribute("URI") === `#${id}`;
  if (!fits) throw refused("it is signed in a way that is not accepted");
}

/** The bytes that one of the certificates signed. */
function verified(xml: string, signature: Element, certificates: readonly string[]): string {
  for (const publicCert of certificates) {
    const check = new SignedXml({ publicCert, getCertFromKeyInfo: () => null });
    try {
      check.loadSignature(new XMLSerializer().serializeToString(signature));
      if (!check.checkSignature(xml)) continue;
    } catch {
      continue;
    }
    const signed = check.getSignedReferences();
    if (signed.length === 1 && signed[0]) return signed[0];
  }
  throw refused("its signature is not the provider's");
}

export function is(element: Element, namespace: string, name: string): boolean {
  return element.namespaceURI === namespace && element.localName === name;
}

export function childrenOf(parent: Element, namespace: string, name: string): readonly Element[] {
  return childElements(parent).filter((one) => is(one, namespace, name));
}

export function optionalChild(parent: Element, namespace: string, name: string): Element | null {
  const found = childrenOf(parent, namespace, name);
  if (found.length > 1) throw refused(`it has ${found.length} of ${name}`);
  return found[0] ?? null;
}

export function onlyChild(parent: Element, namespace: string, name: string): Element {
  const found = optionalChild(parent, namespace, name);
  if (found === null) throw refused(`it has no ${name}`);
  return found;
}

/** All of it: there are no comments that could cut it (X5). */
export function textOf(element: Element): string {
  if (childElements(element).length > 0) throw refused(`its ${element.localName} holds elements`);
  return (element.textContent ?? "").trim();
}

export function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (one) => `&#${one.codePointAt(0)};`);
}

function childElements(parent: Node): readonly Element[] {
  const found: Element[] = [];
  for (let child = parent.firstChild; child !== null; child = child.nextSibling)
    if (isElement(child)) found.push(child);
  return found;
}

function elementsOf(document: Document): readonly Element[] {
  return [...document.getElementsByTagName("*")];
}

function isElement(node: Node): node is Element {
  return node.nodeType === ELEMENT;
}

function algorithmOf(element: Element): string | null {
  return element.getAttribute("Algorithm");
}

function refused(why: string): Error {
  return signOnRefused("proof_invalid", `The provider's answer is not accepted: ${why}.`);
}
