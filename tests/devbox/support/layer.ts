/**
 * Layers that are kept between runs: what takes long to install and never changes.
 *
 * @module
 */
import { bootBox, type Box, type BoxOptions, type Layer } from "./box.ts";
import { holdTree, moveInto } from "./cache.ts";

/** How a layer is made. */
export interface LayerRecipe {
  /** What it is, as in `mcp`. */
  readonly name: string;
  /** What it is made over. @default The bare system. */
  readonly on?: Layer;
  /** Everything that decides what is in it, such as versions, beside the code of `install`. */
  readonly inputs: readonly string[];
  /** Which network the box is in while it is made, and what else it has. @default The host's. */
  readonly boot?: Omit<BoxOptions, "on">;
  /** Sets up the box whose files become the layer. */
  readonly install: (box: Box) => Promise<void>;
}

/** Holds a layer; makes it where it is not there yet. */
export async function holdLayer(recipe: LayerRecipe): Promise<Layer> {
  const { name, on, inputs, boot = {}, install } = recipe;
  const below = on?.trees ?? [];
  const tree = await holdTree(name, [...inputs, install.toString(), ...below], async (dir) => {
    await using box = await bootBox({ ...boot, ...(on === undefined ? {} : { on }) });
    await install(box);
    await using layer = await box.saveLayer();
    await moveInto(layer.trees[0] ?? "", dir);
  });
  return {
    trees: [tree.path, ...below],
    [Symbol.asyncDispose]() {
      tree[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

/**
 * Holds a layer that is made over another, and the other as long as it is held.
 *
 * @param below The other.
 * @param make Holds the one over it.
 */
export async function stackLayer(
  below: Promise<Layer>,
  make: (below: Layer) => Promise<Layer>,
): Promise<Layer> {
  await using held = new AsyncDisposableStack();
  const layer = held.use(await make(held.use(await below)));
  const kept = held.move();
  return { trees: layer.trees, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
