// Package secret reads deployment secrets: SecureString parameters of SSM, whose value is a comma-separated list, so that an old and a
// new secret are both valid during a rotation.
//
// A value is cached for some minutes, so that a rotation needs no deployment; while SSM is unavailable, the last value is served. A
// parameter that is not set is an empty list: that provider is not configured. It imports fault and the SDK's client.
package secret

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"golang.org/x/sync/singleflight"

	"github.com/recado-chat/recado/shared/fault"
)

const (
	kept      = 5 * time.Minute
	keptEmpty = 30 * time.Second // a provider that is being configured works soon after
	retry     = 15 * time.Second // after SSM failed while an old value is served
	patience  = 5 * time.Second
)

// Source gives secrets by the name of their parameter.
type Source struct {
	client *ssm.Client
	now    func() time.Time
	flight singleflight.Group

	mu     sync.Mutex
	cached map[string]entry
}

type entry struct {
	values []string
	until  time.Time
}

// New makes a source over a client and a clock.
func New(client *ssm.Client, now func() time.Time) *Source {
	return &Source{client: client, now: now, cached: map[string]entry{}}
}

// List answers all values that are valid now; none when nobody has set the parameter. Unavailable means that SSM failed and
// nothing was known.
func (s *Source) List(ctx context.Context, name string) ([]string, error) {
	if values, fresh := s.fresh(name); fresh {
		return values, nil
	}
	values, err, _ := s.flight.Do(name, func() (any, error) {
		if values, fresh := s.fresh(name); fresh {
			return values, nil
		}
		// One caller reads for all who wait, so its own end must not be theirs.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		return s.read(ctx, name)
	})
	if err != nil {
		return nil, err
	}
	return values.([]string), nil
}

func (s *Source) fresh(name string) ([]string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cached, ok := s.cached[name]
	return cached.values, ok && s.now().Before(cached.until)
}

func (s *Source) read(ctx context.Context, name string) ([]string, error) {
	answer, err := s.client.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	var unset *types.ParameterNotFound
	if err != nil && !errors.As(err, &unset) {
		return s.stale(name, err)
	}
	var values []string
	if err == nil && answer.Parameter != nil {
		values = split(aws.ToString(answer.Parameter.Value))
	}
	period := kept
	if len(values) == 0 {
		period = keptEmpty
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cached[name] = entry{values: values, until: s.now().Add(period)}
	return values, nil
}

func (s *Source) stale(name string, cause error) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cached, ok := s.cached[name]
	if !ok {
		return nil, fault.New(fault.Unavailable, "secrets are unavailable").WithReason("secret_unavailable").WithCause(cause)
	}
	cached.until = s.now().Add(retry)
	s.cached[name] = cached
	return cached.values, nil
}

func split(value string) []string {
	var values []string
	for part := range strings.SplitSeq(value, ",") {
		if part = strings.TrimSpace(part); part != "" {
			values = append(values, part)
		}
	}
	return values
}

// Lister reads the values of a parameter.
type Lister interface {
	List(ctx context.Context, name string) ([]string, error)
}

// Required reads a parameter without which the service does not work; where nobody has set it yet, it is Unavailable.
func Required(ctx context.Context, from Lister, name string) ([]string, error) {
	list, err := from.List(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("read the parameter %s: %w", name, err)
	}
	if len(list) == 0 {
		return nil, fault.New(fault.Unavailable, "the service is not configured yet").WithReason("not_set_up")
	}
	return list, nil
}
