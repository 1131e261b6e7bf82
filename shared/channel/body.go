package channel

import "bytes"

// maxDepth is how deep the arrays and objects of a webhook's body may nest: several times what any provider sends. encoding/json refuses a
// whole document with more than 10,000 levels.
const maxDepth = 64

// Clean makes a provider's body safe to split, to queue and to store. It returns a body that needs nothing as it is.
//   - Invalid UTF-8 becomes U+FFFD: encoding/json leaves it in raw parts, and SQS refuses it.
//   - An array or object below maxDepth becomes null, so that it does not make everything beside it unreadable.
func Clean(body []byte) []byte { return shallow(bytes.ToValidUTF8(body, []byte("\uFFFD"))) }

// shallow replaces what nests below maxDepth. It does not validate: what is no JSON stays none.
func shallow(body []byte) []byte {
	var (
		out    []byte // what was kept before copied, once something was replaced
		copied int    // where in the body the part that is not yet in out begins
		depth  int
		quoted bool
	)
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			if depth++; depth == maxDepth+1 {
				out = append(out, body[copied:i]...)
				out = append(out, "null"...)
			}
		case c == ']' || c == '}':
			if depth--; depth == maxDepth {
				copied = i + 1
			}
		}
	}
	if out == nil || depth > maxDepth {
		return body // nothing to replace, or unbalanced and therefore no JSON
	}
	return append(out, body[copied:]...)
}
