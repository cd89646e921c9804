#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>

double number(const std::string& line, const std::string& name) {
  const auto at = line.find("\"" + name + "\":");
  if (at == std::string::npos) throw std::invalid_argument("no " + name);
  return std::stod(line.substr(at + name.size() + 3));
}

int main() {
  std::puts("{\"ready\": true}");
  for (std::string line; std::fflush(stdout), std::getline(std::cin, line);) {
    if (line.find("\"id\":") == std::string::npos) continue;
    try {
      const double x = number(line, "x") - 1, y = number(line, "y") + 2;
      std::printf("{\"result\": {\"error\": %.17g}}\n", x * x + y * y);
    } catch (const std::exception& failure) {
      std::printf("{\"error\": \"%s\"}\n", failure.what());
    }
  }
}
