// The test phone's page: opens the microphone and the media socket, and carries between them.
// The audio itself is worked on by phone-line.js, on the browser's audio thread.

const MOST_BEHIND = 32_000; // Bytes that may wait in the socket (4 s); beyond, speech is dropped.

const at = (id) => document.getElementById(id);
const closed = { 1008: "Not taken: wrong token, or no line free.", 1011: "This hotline is out of order." };

let call = null;

class Call {
  constructor(context, microphone, line, socket) {
    this.context = context;
    this.microphone = microphone;
    this.line = line;
    this.socket = socket;
  }

  static async place(token, called) {
    const microphone = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    const context = new AudioContext({ latencyHint: "interactive" });
    await context.audioWorklet.addModule("/phone/phone-line.js");
    const line = new AudioWorkletNode(context, "phone-line", { outputChannelCount: [1] });
    context.createMediaStreamSource(microphone).connect(line).connect(context.destination);
    const address = new URL("/phone/media", location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    const call = new Call(context, microphone, line, socket);
    socket.onopen = () => call.send({ event: "start", token, called });
    socket.onmessage = ({ data }) => call.heard(data);
    socket.onclose = ({ code }) => call.ended(closed[code] ?? "The call is over.");
    line.port.onmessage = ({ data }) => call.spoke(data);
    await context.resume();
    return call;
  }

  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) {
      this.socket.send(message instanceof ArrayBuffer ? message : JSON.stringify(message));
    }
  }

  heard(data) {
    show("Connected.");
    if (data instanceof ArrayBuffer) {
      this.line.port.postMessage({ audio: data }, [data]);
    } else {
      const { event, mark } = JSON.parse(data);
      this.line.port.postMessage({ event, mark });
    }
  }

  spoke({ audio, level, played, playing }) {
    if (audio && this.socket.bufferedAmount < MOST_BEHIND) {
      this.send(audio);
    }
    if (level !== undefined) {
      at("you").value = level;
      at("bot").value = playing;
    }
    if (played !== undefined) {
      // From the worklet to the loudspeaker it takes a little longer.
      const later = 1_000 * (this.context.outputLatency || this.context.baseLatency || 0);
      setTimeout(() => this.send({ event: "played", mark: played }), later);
    }
  }

  hangUp() {
    this.send({ event: "hangup" });
    this.socket.close(1000);
  }

  ended(why) {
    this.microphone.getTracks().forEach((track) => track.stop());
    this.context.close();
    call = null;
    buttons();
    show(why);
  }
}

function show(text) {
  at("status").textContent = text;
}

function buttons() {
  at("call").disabled = call !== null;
  at("hangup").disabled = call === null;
}

at("dial").onsubmit = async (event) => {
  event.preventDefault();
  at("call").disabled = true;
  show("Calling …");
  try {
    call = await Call.place(at("token").value, at("called").value.trim());
  } catch (error) {
    show(`No call: ${error.message}`);
  }
  buttons();
};
at("hangup").onclick = () => call?.hangUp();

for (const key of "123456789*0#") {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = key;
  button.onclick = () => call?.send({ event: "key", key });
  at("keys").append(button);
}
