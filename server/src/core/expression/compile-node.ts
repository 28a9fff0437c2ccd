import type { Expression } from "acorn";
import type { Compilation } from "./compilation.ts";
import { compileCall, compileNew } from "./compile-call.ts";
import { compileArray, compileLiteral, compileObject, compileTemplateLiteral } from "./compile-literal.ts";
import { compileChain, compileIdentifier, compileMember } from "./compile-member.ts";
import { compileBinary, compileConditional, compileLogical, compileUnary } from "./compile-operator.ts";
import type { Run } from "./machine.ts";
import { refusedSyntax } from "./refusals.ts";

/** The whole allow-list of syntax: what is not named here can't be compiled, so it can't be evaluated. */
export function compileNode(c: Compilation, node: Expression): Run {
  switch (node.type) {
    case "Literal":
      return compileLiteral(c, node);
    case "Identifier":
      return compileIdentifier(c, node);
    case "MemberExpression":
      return compileMember(c, node);
    case "ChainExpression":
      return compileChain(c, node);
    case "CallExpression":
      return compileCall(c, node);
    case "NewExpression":
      return compileNew(c, node);
    case "UnaryExpression":
      return compileUnary(c, node);
    case "BinaryExpression":
      return compileBinary(c, node);
    case "LogicalExpression":
      return compileLogical(c, node);
    case "ConditionalExpression":
      return compileConditional(c, node);
    case "TemplateLiteral":
      return compileTemplateLiteral(c, node);
    case "ParenthesizedExpression":
      return c.compile(node.expression);
    case "ArrayExpression":
      return compileArray(c, node);
    case "ObjectExpression":
      return compileObject(c, node);
    case "ArrowFunctionExpression":
    case "AssignmentExpression":
    case "AwaitExpression":
    case "ClassExpression":
    case "FunctionExpression":
    case "ImportExpression":
    case "MetaProperty":
    case "SequenceExpression":
    case "TaggedTemplateExpression":
    case "ThisExpression":
    case "UpdateExpression":
    case "YieldExpression":
    default:
      return c.refuse(node, refusedSyntax(node));
  }
}
