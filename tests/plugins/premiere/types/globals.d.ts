/* What the two packages of typings leave out: how modules come in, and where files are. */

declare function require(name: string): any;
declare const module: { exports: any };

declare module "premierepro" {
  const ppro: import("@adobe/premierepro").premierepro;
  export = ppro;
}

declare module "uxp" {
  namespace storage {
    const localFileSystem: storage.FileSystemProvider;
  }
}
