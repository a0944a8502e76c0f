/*
 * Segue's OSC door: requests go to UDP port 5758 as one JSON text, answers come to port 5759.
 * What is longer than a datagram comes and goes in pieces.
 */

var DOOR_PORT = 5758;
var REPLY_PORT = 5759;
var PIECE_BYTES = 8000;
var ANSWER_MS = 60000;

function Door(osc) {
  this.waiting = {};
  this.last = Math.floor(Math.random() * 1e9);
  var space = osc.createAddressSpace();
  var self = this;
  space.registerMethod("/segue/reply", "*", "an answer", function (source, message) {
    self.settle(message.getString(0), message.getString(2));
  });
  space.registerMethod("/segue/part", "*", "a piece of an answer", function (source, message) {
    self.take(message.getString(0), message.getInt(1), message.getInt(2), message.getString(3));
  });
  space.registerMethod("/segue/error", "*", "what is wrong", function (source, message) {
    self.refuse(String(message.getArguments().get(0)), message.getString(3));
  });
  space.registerDefaultMethod(function () {});
  this.trouble = "";
  try {
    osc.createUdpServer(REPLY_PORT, space);
  } catch (error) {
    this.trouble = "another program holds UDP port " + REPLY_PORT + ", where answers come in";
    host.errorln("Segue: " + this.trouble);
  }
  this.connection = osc.connectToUdpServer("127.0.0.1", DOOR_PORT, null);
}

/** Tell Segue something; nobody waits for an answer, and nobody needs to be there. */
Door.prototype.tell = function (address, request) {
  this.connection.sendMessage(address, asciiJson(request));
};

/** Ask Segue for something; one of `done(answer)` and `fail(message)` is called later. */
Door.prototype.ask = function (address, request, done, fail) {
  if (this.trouble) {
    fail(this.trouble);
    return;
  }
  var id = "bitwig-" + ++this.last;
  var waiting = { done: done, fail: fail, pieces: [], missing: -1 };
  this.waiting[id] = waiting;
  this.send(address, id, asciiJson(request));
  var self = this;
  host.scheduleTask(function () {
    self.refuse(id, "no answer from Segue; is `segue serve` running?");
  }, ANSWER_MS);
};

Door.prototype.send = function (address, id, json) {
  var count = Math.ceil(json.length / PIECE_BYTES);
  for (var index = 0; index < count; index++) {
    var piece = json.substr(index * PIECE_BYTES, PIECE_BYTES);
    this.connection.sendMessage("/segue/part", id, index | 0, count | 0, piece);
  }
  this.connection.sendMessage(address, "id", id, "parts", count | 0, "reply_port", REPLY_PORT | 0);
};

/** Take a piece of an answer; the last to come completes it. */
Door.prototype.take = function (id, index, count, piece) {
  var waiting = this.waiting[id];
  if (!waiting) {
    return;
  }
  if (waiting.missing < 0) {
    waiting.missing = count;
  }
  if (waiting.pieces[index] === undefined) {
    waiting.pieces[index] = piece;
    waiting.missing -= 1;
  }
  if (waiting.missing === 0) {
    this.settle(id, waiting.pieces.join(""));
  }
};

Door.prototype.settle = function (id, json) {
  var waiting = this.waiting[id];
  if (waiting) {
    delete this.waiting[id];
    waiting.done(JSON.parse(json));
  }
};

Door.prototype.refuse = function (id, message) {
  var waiting = this.waiting[id];
  if (waiting) {
    delete this.waiting[id];
    waiting.fail(String(message));
  }
};

/** Give JSON with nothing in it but ASCII: an OSC text can hold no more for sure. */
function asciiJson(plain) {
  return JSON.stringify(plain).replace(/[\u007f-\uffff]/g, function (letter) {
    return "\\u" + ("0000" + letter.charCodeAt(0).toString(16)).slice(-4);
  });
}
