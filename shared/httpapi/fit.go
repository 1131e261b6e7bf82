package httpapi

import (
	"bytes"

	"github.com/recado-chat/recado/shared/chat"
)

// MaxAnswer is how many bytes an answer's body may take in the response that the function returns. Lambda takes 6 MB of response payload
// (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), in which the body is a JSON string; the rest is left for
// status and headers.
const MaxAnswer = 6<<20 - 64<<10

// EnvelopeBytes is how long a JSON body is inside the response, where its quotes and backslashes are escaped once more. Everything else
// that JSON escapes is escaped in the body already.
func EnvelopeBytes(body []byte) int {
	return len(body) + bytes.Count(body, []byte{'"'}) + bytes.Count(body, []byte{'\\'})
}

// Fitting answers with a page of a list, shortened to what fits MaxAnswer. What was left out begins the next page: a page that does not fit
// is read again with a lower limit, so that its cursor is that of its last item. One item always fits, since a stored one has at most
// 400 KB.
func Fitting[T any](p chat.PageRequest, read func(chat.PageRequest) (chat.Page[T], error), answer func(chat.Page[T]) (Response, error)) (Response, error) {
	for {
		page, err := read(p)
		if err != nil {
			return Response{}, err
		}
		response, err := answer(page)
		if err != nil {
			return Response{}, err
		}
		size := EnvelopeBytes(response.Body)
		if size <= MaxAnswer || p.Limit == 1 {
			return response, nil
		}
		fits := int(int64(len(page.Items)) * MaxAnswer / int64(size))
		p.Limit = max(min(fits, p.Limit-1), 1)
	}
}
