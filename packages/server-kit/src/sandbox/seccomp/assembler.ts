/** A place in the program to which a jump may lead. */
export type Label = string;

type Instruction =
  | { kind: 'plain'; code: number; value: number }
  | { kind: 'jump'; code: number; value: number; yes: Label | undefined; no: Label | undefined };

// Operation codes of classic BPF, see Linux include/uapi/linux/bpf_common.h.
const loadWord = 0x20;
const jumpIfEqual = 0x15;
const jumpIfAtLeast = 0x35;
const jumpIfAnyBit = 0x45;
const returnValue = 0x06;

/**
 * Assembles a classic BPF program. A jump without a label falls through to the next instruction,
 * and jumps only lead forward, which the kernel demands.
 */
export class Assembler {
  readonly #instructions: Instruction[] = [];
  readonly #labels = new Map<Label, number>();

  /** Loads the 32-bit word at this offset of `struct seccomp_data`. */
  load(offset: number): this {
    return this.#plain(loadWord, offset);
  }

  /** Ends the program with an action of the kernel's `SECCOMP_RET_*`. */
  return(action: number): this {
    return this.#plain(returnValue, action);
  }

  ifEqual(value: number, yes?: Label, no?: Label): this {
    return this.#jump(jumpIfEqual, value, yes, no);
  }

  ifAtLeast(value: number, yes?: Label, no?: Label): this {
    return this.#jump(jumpIfAtLeast, value, yes, no);
  }

  ifAnyBit(mask: number, yes?: Label, no?: Label): this {
    return this.#jump(jumpIfAnyBit, mask, yes, no);
  }

  /** Names the next instruction. */
  label(name: Label): this {
    this.#labels.set(name, this.#instructions.length);
    return this;
  }

  /**
   * The program as an array of `struct sock_filter`, little-endian.
   * @throws {RangeError} for a label that is missing or more than 255 instructions ahead.
   */
  assemble(): Buffer {
    const program = Buffer.alloc(this.#instructions.length * 8);
    for (const [index, instruction] of this.#instructions.entries()) {
      const at = index * 8;
      program.writeUInt16LE(instruction.code, at);
      if (instruction.kind === 'jump') {
        program.writeUInt8(this.#distance(index, instruction.yes), at + 2);
        program.writeUInt8(this.#distance(index, instruction.no), at + 3);
      }
      program.writeUInt32LE(instruction.value >>> 0, at + 4);
    }
    return program;
  }

  #distance(from: number, label: Label | undefined): number {
    if (label === undefined) return 0;
    const target = this.#labels.get(label);
    const distance = target === undefined ? -1 : target - from - 1;
    if (distance < 0 || distance > 255) {
      throw new RangeError(`Jump from instruction ${from} to "${label}" is out of reach.`);
    }
    return distance;
  }

  #plain(code: number, value: number): this {
    this.#instructions.push({ kind: 'plain', code, value });
    return this;
  }

  #jump(code: number, value: number, yes: Label | undefined, no: Label | undefined): this {
    this.#instructions.push({ kind: 'jump', code, value, yes, no });
    return this;
  }
}
