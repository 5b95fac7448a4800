/** What an error means and what to try. */
export interface ErrorMeaning {
  pattern: RegExp;
  cause: string;
  remedy: string;
}

/** The first entry whose pattern fits. */
export function findMeaning(text: string): ErrorMeaning | null {
  return meanings.find(({ pattern }) => pattern.test(text)) ?? null;
}

const meanings: readonly ErrorMeaning[] = [
  {
    pattern: /^ModuleNotFoundError|Cannot find (?:module|package)|ERR_MODULE_NOT_FOUND/,
    cause: 'An imported module is not there.',
    remedy:
      'Check its spelling; only the standard library and files of this workspace can be imported.',
  },
  {
    pattern: /^ImportError/,
    cause: 'The module is there, but not the name that is imported from it.',
    remedy: 'Check the name, and whether two files import each other.',
  },
  {
    pattern: /^UnboundLocalError/,
    cause:
      'A variable is assigned somewhere in the function, so it is local, and is read before that.',
    remedy: 'Assign it first, or declare it with global or nonlocal.',
  },
  {
    pattern: /^NameError|ReferenceError: \S+ is not defined/,
    cause: 'A name is used that nothing has defined.',
    remedy: 'Check its spelling, and that it is defined or imported before this line runs.',
  },
  {
    pattern: /ReferenceError: Cannot access/,
    cause: 'A let, const or class is used above the line that defines it.',
    remedy: 'Move the definition up, or the use down.',
  },
  {
    pattern: /^(?:IndentationError|TabError)/,
    cause: 'The lines of a block are not indented alike.',
    remedy: 'Use four spaces a level and no tabs; `/format` puts it right where it can be parsed.',
  },
  {
    pattern: /SyntaxError: Unexpected (?:end of input|EOF)|was never closed/,
    cause: 'Something that was opened is not closed.',
    remedy: 'Look for a missing bracket, brace or quote before this line.',
  },
  {
    pattern: /SyntaxError/,
    cause: 'The text is not valid code at this place.',
    remedy: 'The fault is often one token before the place that is named.',
  },
  {
    pattern: /^AttributeError: 'NoneType'|Cannot (?:read|set) properties of (?:undefined|null)/,
    cause: 'A value is missing where an object was expected.',
    remedy:
      'Find where it should come from: a call that returns nothing, or a lookup that found nothing.',
  },
  {
    pattern: /^AttributeError/,
    cause: 'The object has no attribute or method of that name.',
    remedy: 'Check the spelling and the type of the object.',
  },
  {
    pattern: /TypeError: .* is not (?:a function|iterable)|object is not callable/,
    cause: 'A value is called or looped over that cannot be.',
    remedy: 'Check what it really is at that moment; a name may hide a function of the same name.',
  },
  {
    pattern: /^TypeError: .*(?:positional argument|unexpected keyword)/,
    cause: 'A function is called with other arguments than it takes.',
    remedy: 'Compare the call with the definition.',
  },
  {
    pattern: /^TypeError/,
    cause: 'An operation got a value of a type that it cannot work with.',
    remedy: 'Convert it first, or check where the value comes from.',
  },
  {
    pattern: /^KeyError/,
    cause: 'The dictionary has no such key.',
    remedy: 'Use .get() with a default, or check that the key is there.',
  },
  {
    pattern: /^IndexError|RangeError: Invalid array length/,
    cause: 'An index lies outside of the list.',
    remedy: 'Indexes go from 0 to length - 1; an empty list has none.',
  },
  {
    pattern: /^(?:RecursionError)|Maximum call stack size exceeded/,
    cause: 'A function calls itself without an end.',
    remedy: 'Check the condition that should stop it, or use a loop.',
  },
  {
    pattern: /^ZeroDivisionError/,
    cause: 'Something is divided by zero.',
    remedy: 'Check the divisor before dividing.',
  },
  {
    pattern: /^(?:FileNotFoundError)|ENOENT/,
    cause: 'A file or directory is not there.',
    remedy: 'Paths count from the workspace; check the name and that it was created.',
  },
  {
    pattern: /^(?:PermissionError|OSError: \[Errno 30\])|EACCES|EPERM|EROFS/,
    cause: 'The sandbox does not let this file be touched.',
    remedy: 'Only the workspace and /tmp can be written.',
  },
  {
    pattern:
      /^(?:ConnectionError|OSError: \[Errno (?:101|99|111)\]|socket\.gaierror)|ENETUNREACH|EAI_AGAIN|ECONNREFUSED|ENOTFOUND/,
    cause: 'The code tries to reach the network, which the sandbox does not have.',
    remedy: 'Put the data into a file of the workspace and read it from there.',
  },
  {
    pattern: /^MemoryError|heap out of memory/,
    cause: 'The run needed more memory than the sandbox allows.',
    remedy: 'Work on smaller pieces, or look for a list that grows without an end.',
  },
  {
    pattern: /^UnicodeDecodeError/,
    cause: 'Bytes are read as text in an encoding that does not fit them.',
    remedy: 'Open the file with the right encoding, or in binary mode.',
  },
  {
    pattern: /^JSONDecodeError|^json\.decoder|SyntaxError: .*JSON/,
    cause: 'The text is not JSON.',
    remedy: 'Print its first characters: it is often empty, or an error page.',
  },
  {
    pattern: /^ValueError/,
    cause: 'A value has the right type and a content that does not fit.',
    remedy: 'Check what the function accepts, and the value that it got.',
  },
  {
    pattern: /^AssertionError|ERR_ASSERTION/,
    cause: 'A condition that the code takes for granted does not hold.',
    remedy: 'Print both sides of the comparison.',
  },
  {
    pattern: /^KeyboardInterrupt/,
    cause: 'The run was stopped from outside.',
    remedy: 'Run it again if that was not meant.',
  },
  {
    pattern: /command not found/,
    cause: 'The shell knows no program of that name.',
    remedy: 'Check its spelling; only what is installed in the sandbox can be run.',
  },
];
