package s3

import (
	"context"
	"crypto/subtle"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	amzDate    = "20060102T150405Z"
	maxSkew    = 15 * time.Minute
	maxExpires = 7 * 24 * time.Hour
)

// fault is an error as S3 tells it.
type fault struct {
	status        int
	code, message string
}

var (
	unsigned       = &fault{http.StatusForbidden, "AccessDenied", "Access Denied"}
	expired        = &fault{http.StatusForbidden, "AccessDenied", "Request has expired"}
	malformed      = &fault{http.StatusForbidden, "AccessDenied", "The signature is malformed"}
	skewed         = &fault{http.StatusForbidden, "RequestTimeTooSkewed", "The difference between the request time and the server's time is too large."}
	unknownKey     = &fault{http.StatusForbidden, "InvalidAccessKeyId", "The access key ID you provided does not exist in our records."}
	otherSignature = &fault{http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."}
)

func (f *fault) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(f.status)
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}{Code: f.code, Message: f.message})
}

// signatures checks Signature Version 4, by signing the request again and comparing.
type signatures struct {
	key    aws.Credentials
	region string
	now    func() time.Time
}

// check returns nil if a request carries a valid signature in its query or its header.
func (s signatures) check(r *http.Request) *fault {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return malformed
	}
	if query.Has("X-Amz-Signature") {
		return s.checkQuery(r, query)
	}
	if parameters, ok := strings.CutPrefix(r.Header.Get("Authorization"), algorithm+" "); ok {
		return s.checkHeader(r, parameters)
	}
	return unsigned
}

func (s signatures) checkQuery(r *http.Request, query url.Values) *fault {
	at, err := time.Parse(amzDate, query.Get("X-Amz-Date"))
	if err != nil || query.Get("X-Amz-Algorithm") != algorithm {
		return malformed
	}
	seconds, err := strconv.Atoi(query.Get("X-Amz-Expires"))
	lasts := time.Duration(seconds) * time.Second
	if err != nil || lasts <= 0 || lasts > maxExpires {
		return malformed
	}
	switch now := s.now(); {
	case at.After(now.Add(maxSkew)):
		return skewed
	case now.After(at.Add(lasts)):
		return expired
	}
	if f := s.checkCredential(query.Get("X-Amz-Credential"), at); f != nil {
		return f
	}
	given := query.Get("X-Amz-Signature")
	again := asSigned(r, query.Get("X-Amz-SignedHeaders"))
	query.Del("X-Amz-Signature")
	again.URL.RawQuery = query.Encode()
	signed, _, err := v4.NewSigner().PresignHTTP(r.Context(), s.key, again, "UNSIGNED-PAYLOAD", "s3", s.region, at, options)
	if err != nil {
		return malformed
	}
	uri, err := url.Parse(signed)
	if err != nil {
		return malformed
	}
	return compare(given, uri.Query().Get("X-Amz-Signature"))
}

func (s signatures) checkHeader(r *http.Request, parameters string) *fault {
	given := map[string]string{}
	for part := range strings.SplitSeq(parameters, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		given[name] = value
	}
	at, err := time.Parse(amzDate, r.Header.Get("X-Amz-Date"))
	if err != nil {
		return malformed
	}
	if skew := s.now().Sub(at); skew > maxSkew || skew < -maxSkew {
		return skewed
	}
	if f := s.checkCredential(given["Credential"], at); f != nil {
		return f
	}
	again := asSigned(r, given["SignedHeaders"])
	hash := r.Header.Get("X-Amz-Content-Sha256")
	if err := v4.NewSigner().SignHTTP(r.Context(), s.key, again, hash, "s3", s.region, at, options); err != nil {
		return malformed
	}
	_, signature, _ := strings.Cut(again.Header.Get("Authorization"), "Signature=")
	return compare(given["Signature"], signature)
}

// checkCredential checks a signature's scope: access key, day, region, service.
func (s signatures) checkCredential(credential string, at time.Time) *fault {
	key, scope, _ := strings.Cut(credential, "/")
	if key != s.key.AccessKeyID {
		return unknownKey
	}
	if scope != at.Format("20060102")+"/"+s.region+"/s3/aws4_request" {
		return malformed
	}
	return nil
}

// asSigned is the request as far as its signature covers it: the signer signs all that it is shown.
func asSigned(r *http.Request, headers string) *http.Request {
	again := r.Clone(context.WithoutCancel(r.Context()))
	again.Body, again.ContentLength, again.Header = nil, 0, http.Header{}
	for name := range strings.SplitSeq(headers, ";") {
		switch name {
		case "host":
		case "content-length":
			again.ContentLength = r.ContentLength
		default:
			again.Header[http.CanonicalHeaderKey(name)] = r.Header.Values(name)
		}
	}
	return again
}

func options(o *v4.SignerOptions) {
	o.DisableURIPathEscaping = true // S3 escapes once
	o.DisableHeaderHoisting = true  // what was hoisted is in the query already
}

func compare(given, computed string) *fault {
	if subtle.ConstantTimeCompare([]byte(given), []byte(computed)) != 1 {
		return otherSignature
	}
	return nil
}
