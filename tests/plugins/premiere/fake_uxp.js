/*
 * UXP as the panel needs it: files below a data and a temporary folder, and fetch, which asks the
 * manifest for permission as UXP does, and may be refused as on a Mac.
 */

const fs = require("node:fs");
const path = require("node:path");

class Entry {
  constructor(nativePath) {
    this.nativePath = nativePath;
    this.name = path.basename(nativePath);
  }
  async delete() {
    fs.unlinkSync(this.nativePath);
  }
}

class File extends Entry {
  async read() {
    return fs.readFileSync(this.nativePath, "utf8");
  }
  async write(text) {
    fs.writeFileSync(this.nativePath, text);
  }
}

class Folder extends Entry {
  async getEntries() {
    return fs.readdirSync(this.nativePath, { withFileTypes: true }).map((one) => {
      const inside = path.join(this.nativePath, one.name);
      return one.isDirectory() ? new Folder(inside) : new File(inside);
    });
  }
  async createFile(name, { overwrite = false }) {
    const inside = path.join(this.nativePath, name);
    if (fs.existsSync(inside) && !overwrite) {
      throw new Error("EntryExists");
    }
    return new File(inside);
  }
  async createFolder(name) {
    fs.mkdirSync(path.join(this.nativePath, name));
    return new Folder(path.join(this.nativePath, name));
  }
  async renameEntry(entry, name, { overwrite = false }) {
    const inside = path.join(this.nativePath, name);
    if (fs.existsSync(inside) && !overwrite) {
      throw new Error("EntryExists");
    }
    fs.renameSync(entry.nativePath, inside);
  }
}

/** Give the module `uxp`. */
function uxp({ data, temporary }) {
  return {
    storage: {
      localFileSystem: {
        getDataFolder: async () => new Folder(data),
        getTemporaryFolder: async () => new Folder(temporary),
      },
    },
  };
}

/** Give a fetch that goes to a server where the manifest lets it; null: every connection is refused. */
function fetchTo(server, domains) {
  const real = globalThis.fetch;
  return async (url, options) => {
    const { origin, pathname } = new URL(url);
    if (!domains.includes(origin)) {
      throw new TypeError(`Permission denied to the url ${url}. Manifest entry not found.`);
    }
    if (!server) {
      throw new TypeError("Network request failed");
    }
    return real(server + pathname, options);
  };
}

/** Give `localStorage`, kept in a file from one start of Premiere to the next. */
function localStorageIn(file) {
  const all = () => (fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {});
  return {
    getItem: (key) => all()[key] ?? null,
    setItem: (key, value) => fs.writeFileSync(file, JSON.stringify({ ...all(), [key]: value })),
  };
}

module.exports = { uxp, fetchTo, localStorageIn };
