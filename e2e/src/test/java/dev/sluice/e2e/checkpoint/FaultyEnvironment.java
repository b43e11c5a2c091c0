package dev.sluice.e2e.checkpoint;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;

/** A Flink cluster in this JVM for a job that is built as it always is, but whose source and sink fail on command. */
final class FaultyEnvironment extends LocalStreamEnvironment {
    FaultyEnvironment(Configuration configuration) {
        super(configuration);
    }

    @Override
    public <T> DataStreamSource<T> fromSource(
            Source<T, ?, ?> source, WatermarkStrategy<T> watermarks, String name, TypeInformation<T> type) {
        return new FaultyStream<>(this, new FaultySource<>(source), watermarks, type, name);
    }

    private static final class FaultyStream<T> extends DataStreamSource<T> {
        FaultyStream(
                FaultyEnvironment environment,
                Source<T, ?, ?> source,
                WatermarkStrategy<T> watermarks,
                TypeInformation<T> type,
                String name) {
            super(environment, source, watermarks, type, name);
        }

        @Override
        public DataStreamSink<T> sinkTo(Sink<T> sink) {
            return super.sinkTo(new FaultySink<>(sink));
        }
    }
}
