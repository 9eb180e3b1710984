/** The house rules that Deno's own linter does not know: sizes, and a doc comment on every exported declaration. */

const MAXIMUM_FUNCTION_LINES = 40;
const MAXIMUM_FILE_LINES = 250;

type FunctionNode =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.ArrowFunctionExpression;

function isShippedCode(context: Deno.lint.RuleContext): boolean {
  const path = context.filename.replaceAll("\\", "/");
  return path.includes("/src/") || path.endsWith("/main.ts") || path.startsWith("src/");
}

function lineCount(text: string): number {
  return text.replace(/\n$/, "").split("\n").length;
}

const functionLength: Deno.lint.Rule = {
  create(context) {
    if (!isShippedCode(context)) return {};
    const check = (node: FunctionNode): void => {
      const lines = lineCount(context.sourceCode.getText(node));
      if (lines > MAXIMUM_FUNCTION_LINES) {
        const message = `This function has ${lines} lines, ${MAXIMUM_FUNCTION_LINES} is the limit`;
        context.report({ node, message, hint: "Split it by what it does" });
      }
    };
    return {
      FunctionDeclaration: check,
      FunctionExpression: check,
      ArrowFunctionExpression: check,
    };
  },
};

const fileLength: Deno.lint.Rule = {
  create(context) {
    if (!isShippedCode(context)) return {};
    return {
      Program(node): void {
        const lines = lineCount(context.sourceCode.text);
        if (lines > MAXIMUM_FILE_LINES) {
          const message = `This file has ${lines} lines, ${MAXIMUM_FILE_LINES} is the limit`;
          context.report({ node, message, hint: "Split it by subject" });
        }
      },
    };
  },
};

const documentedExport: Deno.lint.Rule = {
  create(context) {
    if (!isShippedCode(context)) return {};
    return {
      ExportNamedDeclaration(node): void {
        if (node.declaration === null) return; // a re-export is documented where it is declared
        // getCommentsBefore() also returns comments of earlier declarations, so look at the text itself.
        const before = context.sourceCode.text.slice(0, node.range[0]).trimEnd();
        if (!before.endsWith("*/")) {
          context.report({ node, message: "An exported declaration needs a doc comment" });
        }
      },
    };
  },
};

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "function-length": functionLength,
    "file-length": fileLength,
    "documented-export": documentedExport,
  },
};

export default plugin;
