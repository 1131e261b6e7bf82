package gateway

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
)

var errFrameTooBig = errors.New("a frame is larger than 32 KB")

// frameLimiter hands out connections that refuse frames API Gateway would not take. The WebSocket library limits
// messages only: it joins the frames of a message before it returns them.
type frameLimiter struct{ http.ResponseWriter }

func (l frameLimiter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(l.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, err := rw.Peek(rw.Reader.Buffered())
	if err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	limited := &frameConn{Conn: conn, from: io.MultiReader(bytes.NewReader(bytes.Clone(early)), conn)}
	return limited, bufio.NewReadWriter(bufio.NewReader(limited), rw.Writer), nil
}

// frameConn follows the frames that a client sends, and fails the read that begins one over the limit.
type frameConn struct {
	net.Conn
	from   io.Reader
	header []byte // what has been read of the frame's header
	left   uint64 // bytes of the frame's payload still to come
}

func (c *frameConn) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	if !c.follow(p[:n]) {
		return 0, errFrameTooBig
	}
	return n, err
}

// follow advances over bytes of the stream and reports whether every frame in them may pass.
func (c *frameConn) follow(p []byte) bool {
	for len(p) > 0 {
		if c.left > 0 {
			skip := min(c.left, uint64(len(p)))
			c.left -= skip
			p = p[skip:]
			continue
		}
		c.header = append(c.header, p[0])
		p = p[1:]
		length, complete := frameLength(c.header)
		if !complete {
			continue
		}
		if length > maxFrame {
			return false
		}
		c.header, c.left = c.header[:0], length
	}
	return true
}

// frameLength reads the payload length from a frame's header (RFC 6455 §5.2), once all of the header is there.
func frameLength(h []byte) (length uint64, complete bool) {
	if len(h) < 2 {
		return 0, false
	}
	size := 2
	length = uint64(h[1] & 0x7f)
	switch length {
	case 126:
		size += 2
	case 127:
		size += 8
	}
	masked := h[1]&0x80 != 0
	if masked {
		size += 4
	}
	if len(h) < size {
		return 0, false
	}
	switch length {
	case 126:
		length = uint64(binary.BigEndian.Uint16(h[2:4]))
	case 127:
		length = binary.BigEndian.Uint64(h[2:10])
	}
	return length, true
}
