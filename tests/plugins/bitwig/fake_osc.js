/*
 * Bitwig's OSC module (com.bitwig.extension.api.opensoundcontrol, API 10) over real UDP sockets:
 * createAddressSpace, createUdpServer(port, space), connectToUdpServer(host, port, space).
 */

"use strict";

const MOST_BYTES = 65507;

class OscModule {
  constructor(host, dgram) {
    Object.assign(this, { host, dgram });
  }
  createAddressSpace() {
    this.host.duringInit("createAddressSpace");
    const methods = {};
    return {
      methods,
      registerMethod: (address, types, description, callback) => (methods[address] = callback),
      registerDefaultMethod: (callback) => (methods[""] = callback),
    };
  }
  createUdpServer(port, space) {
    this.host.duringInit("createUdpServer");
    if (this.host.track.isPortTaken) throw new Error("Address already in use");
    const socket = this.dgram.createSocket("udp4");
    socket.bind(this.host.track.ports ? this.host.track.ports.reply : port, "127.0.0.1");
    socket.on("message", (packet) => {
      const message = parse(packet);
      const method = space.methods[message.address] || space.methods[""];
      if (method) method(null, new OscMessage(message));
    });
    this.host.sockets.push(socket);
    this.host.server = socket;
  }
  connectToUdpServer(address, port) {
    const socket = this.dgram.createSocket("udp4");
    this.host.sockets.push(socket);
    const to = this.host.track.ports ? this.host.track.ports.door : port;
    return {
      sendMessage: (path, ...values) => {
        const packet = format(path, values.map((value) => this.moved(value)));
        if (packet.length > MOST_BYTES) throw new Error("a packet has 64K at most");
        socket.send(packet, to, address);
      },
    };
  }
  /** Let a test have ports of its own: the script's own reply port becomes the test's. */
  moved(value) {
    const ports = this.host.track.ports;
    return ports && value === 5759 && this.host.server ? this.host.server.address().port : value;
  }
}

class OscMessage {
  constructor(message) {
    Object.assign(this, message);
  }
  getAddressPattern() {
    return this.address;
  }
  getArguments() {
    return { get: (index) => this.values[index], size: () => this.values.length };
  }
  getString(index) {
    if (typeof this.values[index] !== "string") throw new TypeError(`argument ${index} is no string`);
    return this.values[index];
  }
  getInt(index) {
    if (!Number.isInteger(this.values[index])) throw new TypeError(`argument ${index} is no int`);
    return this.values[index];
  }
}

function padded(text) {
  const bytes = Buffer.from(text + "\0", "latin1");
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function format(address, values) {
  const types = values.map((value) =>
    typeof value === "string" ? "s" : Number.isInteger(value) ? "i" : "d"
  );
  const parts = values.map((value, index) => {
    if (types[index] === "s") return padded(value);
    const bytes = Buffer.alloc(types[index] === "i" ? 4 : 8);
    if (types[index] === "i") bytes.writeInt32BE(value);
    else bytes.writeDoubleBE(value);
    return bytes;
  });
  return Buffer.concat([padded(address), padded("," + types.join("")), ...parts]);
}

function parse(packet) {
  let at = 0;
  const text = () => {
    const end = packet.indexOf(0, at);
    const found = packet.toString("latin1", at, end);
    at = end + 4 - (end % 4);
    return found;
  };
  const address = text();
  const types = text().slice(1);
  const values = [...types].map((type) => {
    if (type === "s") return text();
    const size = type === "h" || type === "d" ? 8 : 4;
    at += size;
    if (type === "i") return packet.readInt32BE(at - size);
    if (type === "h") return Number(packet.readBigInt64BE(at - size));
    return type === "f" ? packet.readFloatBE(at - size) : packet.readDoubleBE(at - size);
  });
  return { address, values };
}

module.exports = { OscModule };
