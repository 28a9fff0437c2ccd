import type { MemoryImage } from "./memory-image.ts";

export interface ImageBounds {
  readonly countMax: number;
  readonly bytesMax: number;
}

/** Images of warm programs by key, the least recently used dropped first. The key names the tenant, so no tenant finds another's. */
export class ImageCache {
  readonly #images = new Map<string, MemoryImage>();
  readonly #bounds: ImageBounds;
  #bytes = 0;

  constructor(bounds: ImageBounds) {
    this.#bounds = bounds;
  }

  get(key: string): MemoryImage | undefined {
    const image = this.#images.get(key);
    if (!image) return undefined;
    this.#images.delete(key);
    this.#images.set(key, image);
    return image;
  }

  /** Keeps an image, unless it alone is above the bound. */
  put(key: string, image: MemoryImage): void {
    this.#drop(key);
    if (image.bytes > this.#bounds.bytesMax || this.#bounds.countMax < 1) return;
    this.#images.set(key, image);
    this.#bytes += image.bytes;
    while (this.#images.size > this.#bounds.countMax || this.#bytes > this.#bounds.bytesMax) {
      this.#drop(this.#images.keys().next().value!);
    }
  }

  get size(): { readonly count: number; readonly bytes: number } {
    return { count: this.#images.size, bytes: this.#bytes };
  }

  #drop(key: string): void {
    this.#bytes -= this.#images.get(key)?.bytes ?? 0;
    this.#images.delete(key);
  }
}
