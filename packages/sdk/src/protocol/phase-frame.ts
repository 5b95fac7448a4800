/** The phases of the concepts at one moment. */
export interface PhaseFrame {
  /** Time since the start of the session, milliseconds. */
  t: number;
  /** Order parameter of the phases, 0 (scattered) to 1 (in step). */
  coherence: number;
  /** One phase for each concept, in the order of the latest `concept_update`, radians. */
  phases: ArrayLike<number>;
}

const kind = 1;
const version = 1;
const headerBytes = 16;

/**
 * Writes a phase frame as it travels: little-endian, u8 kind = 1, u8 version = 1, u16 count n, f64 t,
 * f32 coherence, n × f32 phases (wire contract, section 7).
 */
export function encodePhaseFrame({ t, coherence, phases }: PhaseFrame): ArrayBuffer {
  const buffer = new ArrayBuffer(headerBytes + 4 * phases.length);
  const view = new DataView(buffer);
  view.setUint8(0, kind);
  view.setUint8(1, version);
  view.setUint16(2, phases.length, true);
  view.setFloat64(4, t, true);
  view.setFloat32(12, coherence, true);
  for (let index = 0; index < phases.length; index++) {
    view.setFloat32(headerBytes + 4 * index, phases[index] ?? 0, true);
  }
  return buffer;
}

/** Reads a binary frame; undefined when it is no phase frame of this version, or cut short. */
export function decodePhaseFrame(
  buffer: ArrayBuffer,
): (PhaseFrame & { phases: Float32Array }) | undefined {
  if (buffer.byteLength < headerBytes) return undefined;
  const view = new DataView(buffer);
  const count = view.getUint16(2, true);
  const isWhole = buffer.byteLength === headerBytes + 4 * count;
  if (view.getUint8(0) !== kind || view.getUint8(1) !== version || !isWhole) return undefined;
  const phases = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    phases[index] = view.getFloat32(headerBytes + 4 * index, true);
  }
  return { t: view.getFloat64(4, true), coherence: view.getFloat32(12, true), phases };
}
