import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What an application pays for an entry: its size with gzip, and the files that are in it. */
export async function bundleOf(entry: string): Promise<{ bytes: number; files: string[] }> {
  const { outputFiles, metafile } = await build({
    ...{ entryPoints: [entry], absWorkingDir: root, bundle: true, minify: true, write: false },
    ...{ format: 'esm', target: 'es2022', platform: 'browser', metafile: true },
  });
  const [output] = Object.values(metafile.outputs);
  const files = Object.entries(output!.inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([file]) => file);
  return { bytes: gzipSync(outputFiles[0]!.contents, { level: 9 }).length, files };
}
