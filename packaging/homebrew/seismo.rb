# A draft: the address and sum of the release's archive are not known before there is one, and macOS has not been tried.
class Seismo < Formula
  desc "Console and real-time monitor for fleets of AI agents on Amazon Bedrock"
  homepage "https://example.com/seismo"
  url "https://example.com/seismo/seismo-0.1.0.tar.gz"
  sha256 "0" * 64
  license "MIT"

  depends_on "pkg-config" => :build
  depends_on "cjson"
  depends_on "curl"
  depends_on "expat"
  depends_on "libmicrohttpd"
  depends_on "libuv"
  depends_on "libyaml"
  depends_on "ncurses"
  depends_on "openssl@3"
  depends_on "pcre2"
  depends_on "sqlite"
  depends_on "utf8proc"

  def install
    system "make", "install", "PREFIX=#{prefix}"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/seismo --version")
  end
end
