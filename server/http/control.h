// The control channel: how a command asks the running server. A second listener, on loopback alone,
// that answers whoever shows the secret of run/control.json, which only the owner of the folder can
// read.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "http/message.h"

namespace nhip::server {

// The text that goes in and out is the caller's affair (JSON).
using ControlHandler = std::function<std::string(const std::string& body)>;

Route control_route(std::string secret, ControlHandler handler);

// Asks the server at 127.0.0.1:`port` and waits for its answer, however long the command takes.
// Nothing when nobody answers there, or nobody who knows the secret, or the server ended before it
// answered: the caller then sees by the lock whether a server of this folder still runs. Commands
// may be repeated.
std::optional<std::string> ask_control(int port, const std::string& secret,
                                       const std::string& body);

}  // namespace nhip::server
