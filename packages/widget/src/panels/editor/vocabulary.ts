/** Words and constructs of a language, for completion. */
export interface Vocabulary {
  keywords: string;
  builtins: string;
  /** Templates by what they are; they begin with the word that they complete. */
  constructs: Readonly<Record<string, string>>;
}

const python: Vocabulary = {
  keywords:
    'and as assert async await break case class continue def del elif else except False finally for ' +
    'from global if import in is lambda match None nonlocal not or pass raise return True try while with yield',
  builtins:
    'abs all any bin bool bytearray bytes callable chr classmethod dict dir divmod enumerate eval exec ' +
    'filter float format frozenset getattr globals hasattr hash hex id input int isinstance issubclass ' +
    'iter len list locals map max min next object oct open ord pow print property range repr reversed ' +
    'round set setattr slice sorted staticmethod str sum super tuple type vars zip __name__ ' +
    'ArithmeticError AttributeError Exception FileNotFoundError ImportError IndexError KeyError ' +
    'KeyboardInterrupt NotImplementedError OSError PermissionError RuntimeError StopIteration ' +
    'SystemExit TimeoutError TypeError UnicodeDecodeError ValueError ZeroDivisionError',
  constructs: {
    function: 'def ${name}(${parameters}):\n\t${}',
    type: 'class ${Name}:\n\tdef __init__(self, ${parameters}):\n\t\t${}',
    loop: 'for ${item} in ${items}:\n\t${}',
    choice: 'if ${condition}:\n\t${}\nelse:\n\t${}',
    guard: 'try:\n\t${}\nexcept ${Exception} as ${error}:\n\t${}',
    resource: 'with ${open(path)} as ${file}:\n\t${}',
    names: 'from ${module} import ${names}',
  },
};

const javascript: Vocabulary = {
  keywords:
    'async await break case catch class const continue debugger default delete do else export extends ' +
    'false finally for function if import in instanceof let new null of return static super switch ' +
    'this throw true try typeof undefined var void while yield',
  builtins:
    'Array BigInt Boolean Date Error Infinity Intl JSON Map Math NaN Number Object Promise Proxy ' +
    'RangeError Reflect RegExp Set String Symbol TypeError URL URLSearchParams WeakMap WeakSet ' +
    'clearTimeout console decodeURIComponent encodeURIComponent fetch globalThis isFinite isNaN ' +
    'parseFloat parseInt process queueMicrotask setTimeout structuredClone',
  constructs: {
    definition: 'function ${name}(${parameters}) {\n\t${}\n}',
    type: 'class ${Name} {\n\tconstructor(${parameters}) {\n\t\t${}\n\t}\n}',
    loop: 'for (const ${item} of ${items}) {\n\t${}\n}',
    choice: 'if (${condition}) {\n\t${}\n} else {\n\t${}\n}',
    guard: 'try {\n\t${}\n} catch (${error}) {\n\t${}\n}',
    names: "import { ${names} } from '${module}';",
  },
};

const typescript: Vocabulary = {
  ...javascript,
  keywords:
    `${javascript.keywords} abstract as declare enum implements interface keyof namespace never ` +
    'private protected public readonly satisfies type unknown',
};

/** Vocabularies by the name of the grammar. */
export const vocabularies: Readonly<Record<string, Vocabulary>> = {
  python,
  javascript,
  typescript,
};
