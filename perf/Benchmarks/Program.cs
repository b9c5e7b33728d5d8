using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using BulkMover.Benchmarks;
using BulkMover.Throughput.Results;

// In this process, so that the benchmarks can tell what they handled. One thread works: a figure is one core's.
Job job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(2).WithIterationCount(9);
IConfig config = ManualConfig.CreateEmpty()
    .AddJob(job)
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddLogger(ConsoleLogger.Default)
    .WithOptions(ConfigOptions.JoinSummary);
// The first argument is the directory of results, the others are BenchmarkDotNet's.
Summary[] summaries = [.. BenchmarkSwitcher.FromAssembly(typeof(ShapeFile).Assembly).RunAll(config, args[1..])];
if (Array.Exists(summaries, summary => summary.HasCriticalValidationErrors))
    return 1;
Run run = Figures.Of(summaries.SelectMany(summary => summary.Reports));
await new ResultsDirectory(args[0]).AddAsync(run, CancellationToken.None);
Console.WriteLine(Section.Of(run));
return 0;
